package io.quarkiverse.lively.simulation;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdErrors;
import io.quarkiverse.lively.runtime.etcd.EtcdErrors.Access;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.KeyWatch;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkiverse.lively.simulation.etcd.Answer;
import io.quarkiverse.lively.simulation.etcd.ServerConnection;
import io.quarkiverse.lively.simulation.etcd.ServerWatch;

/**
 * Takes the place of a jetcd client: one connection to one member, the first of its order that answers. It behaves as the real
 * one does: calls have deadlines, fail at once while no member can be reached, and are never repeated, but for a token that is
 * too old.
 */
final class SimulatedClient implements Etcd {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);

    private final SimulatedProcess process;
    private final Network network;
    private final EtcdSettings settings;
    private final IntConsumer answers;
    private final Channel channel;
    private final EtcdErrors errors;
    private final Set<Call<?>> calls = new LinkedHashSet<>();
    private final Set<Stream> streams = new LinkedHashSet<>();

    private long renewals;

    /**
     * @param order of the members, by their numbers
     * @param answers told which member answers
     */
    SimulatedClient(SimulatedProcess process, Network network, EtcdSettings settings, List<Integer> order,
            IntConsumer answers) {
        this.process = process;
        this.network = network;
        this.settings = settings;
        this.answers = answers;
        this.channel = new Channel(process, network, settings, order, this::failAll);
        this.errors = new EtcdErrors(settings, this::memberAsked);
    }

    /** As the configuration of an application has it by default. */
    static EtcdSettings settings(Setup setup) {
        List<URI> endpoints = IntStream.range(0, setup.endpoints()).mapToObj(i -> URI.create("http://member-" + i + ":2379"))
                .toList();
        Duration quarter = setup.ttl().dividedBy(4);
        Duration usual = quarter.compareTo(LEAST_PATIENCE) > 0 ? quarter : LEAST_PATIENCE;
        Duration oneRenewal = setup.ttl().multipliedBy(3).dividedBy(10);
        return new EtcdSettings(endpoints, CONNECT_TIMEOUT, REQUEST_TIMEOUT,
                usual.compareTo(oneRenewal) < 0 ? usual : oneRenewal);
    }

    /**
     * A connection to etcd, whose clients try the members in turn; the one that answered last comes last.
     *
     * @param made gets the clients that are made
     */
    static EtcdConnection connection(SimulatedProcess process, Network network, EtcdSettings settings,
            List<SimulatedClient> made) {
        int members = settings.endpoints().size();
        int first = process.random().nextInt(members);
        int[] answeredLast = { -1 };
        return EtcdConnection.of(generation -> {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                order.add((first + generation + i) % members);
            }
            if (order.remove((Object) answeredLast[0])) {
                order.add(answeredLast[0]);
            }
            SimulatedClient client = new SimulatedClient(process, network, settings, order, member -> answeredLast[0] = member);
            made.add(client);
            return client;
        }, settings, process);
    }

    boolean isClosed() {
        return channel.isClosed();
    }

    /** How many renewals of leases it was asked for. */
    long renewals() {
        return renewals;
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return call(transaction.writes() ? Access.WRITE : Access.READ, settings.requestTimeout(),
                (server, answer) -> server.commit(transaction, answer));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return call(Access.READ, settings.requestTimeout(), (server, answer) -> server.read(range, answer));
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        long seconds = ttl.plusNanos(999_999_999).toSeconds();
        return call(Access.WRITE, settings.requestTimeout(), (server, answer) -> server.grant(seconds, answer));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        renewals++;
        Duration limit = deadline.compareTo(settings.requestTimeout()) < 0 ? deadline : settings.requestTimeout();
        return call(Access.WRITE, limit, (server, answer) -> server.renew(id, answer));
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return this.<Void> call(Access.WRITE, settings.requestTimeout(), (server, answer) -> server.revoke(id, answer))
                .exceptionallyCompose(failure -> EtcdException.of(failure).kind() == EtcdException.Kind.LEASE_NOT_FOUND
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        RangeWatch watch = new RangeWatch(range, from, listener);
        start(watch);
        return watch;
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        Keys keys = new Keys(listener);
        start(keys);
        return keys;
    }

    @Override
    public void close() {
        channel.close();
    }

    private Optional<URI> memberAsked() {
        return channel.member() < 0 ? Optional.empty() : Optional.of(settings.endpoints().get(channel.member()));
    }

    private <T> CompletableFuture<T> call(Access access, Duration deadline,
            BiConsumer<ServerConnection, Answer<T>> request) {
        Call<T> call = new Call<>(access, deadline, request);
        calls.add(call);
        channel.whenConnected(call::send, call::fail);
        return call.answer;
    }

    private void start(Stream stream) {
        streams.add(stream);
        channel.whenConnected(stream::open, stream::failed);
    }

    private void failAll(String why) {
        List.copyOf(calls).forEach(call -> call.fail(Channel.unavailable(why)));
        List.copyOf(streams).forEach(stream -> stream.failed(Channel.unavailable(why)));
    }

    private void answered() {
        answers.accept(channel.member());
    }

    /** One question and its answer. */
    private final class Call<T> implements Answer<T> {

        private final Access access;
        private final Duration deadline;
        private final BiConsumer<ServerConnection, Answer<T>> request;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Worker.Timer timer;
        private Connection by;
        private boolean repeated;

        Call(Access access, Duration deadline, BiConsumer<ServerConnection, Answer<T>> request) {
            this.access = access;
            this.deadline = deadline;
            this.request = request;
            this.timer = process.after(deadline, () -> fail(new TimeoutException()));
        }

        void send() {
            if (!answer.isDone()) {
                by = channel.connection();
                by.send(server -> request.accept(server, this));
            }
        }

        @Override
        public void answered(T value) {
            by.answer(() -> {
                SimulatedClient.this.answered();
                if (end()) {
                    answer.complete(value);
                }
            });
        }

        @Override
        public void failed(StatusRuntimeException status) {
            by.answer(() -> {
                SimulatedClient.this.answered();
                if (status.getStatus().getCode() == Status.Code.UNAUTHENTICATED && !repeated && !answer.isDone()) {
                    repeated = true;
                    Channel.authenticate(by, () -> channel.whenConnected(this::send, this::fail));
                } else {
                    fail(status);
                }
            });
        }

        void fail(Throwable failure) {
            if (end()) {
                EtcdException translated = errors.translate(failure, access, deadline);
                network.remark(process, "is not answered", translated::getMessage);
                answer.completeExceptionally(translated);
            }
        }

        private boolean end() {
            timer.cancel();
            return calls.remove(this);
        }
    }

    /** Something that goes on until it ends. */
    private abstract class Stream {

        private Connection by;

        /** The connection is there. */
        void open() {
            if (streams.contains(this)) {
                by = channel.connection();
                opened();
            }
        }

        abstract void opened();

        abstract void ended(EtcdException cause);

        void send(Consumer<ServerConnection> request) {
            by.send(request);
        }

        void receive(Runnable message) {
            by.answer(() -> {
                if (streams.contains(this)) {
                    SimulatedClient.this.answered();
                    message.run();
                }
            });
        }

        void failed(Throwable failure) {
            if (streams.remove(this)) {
                network.remark(process, "loses a watch", failure::toString);
                ended(errors.translate(failure, Access.READ, settings.requestTimeout()));
            }
        }

        boolean isOpen() {
            return streams.contains(this) && by != null;
        }

        void forget() {
            streams.remove(this);
        }
    }

    /** One watch on a stream. */
    private final class RangeWatch extends Stream implements Watch {

        private final Range range;
        private final long from;
        private final Listener listener;
        private final Worker.Timer deadline;
        /** Where the member is. */
        private ServerWatch served;

        RangeWatch(Range range, long from, Listener listener) {
            this.range = range;
            this.from = from;
            this.listener = listener;
            this.deadline = process.after(settings.requestTimeout(), () -> {
                closeServed();
                failed(new TimeoutException());
            });
        }

        @Override
        void opened() {
            send(server -> served = server.watch(range, from, true, new ServerWatch.Listener() {
                @Override
                public void created(long revision) {
                    receive(() -> {
                        deadline.cancel();
                        listener.created(revision);
                    });
                }

                @Override
                public void responded(Watch.Response response) {
                    receive(() -> listener.responded(response));
                }

                @Override
                public void ended(StatusRuntimeException status) {
                    receive(() -> failed(status));
                }
            }));
        }

        @Override
        void ended(EtcdException cause) {
            deadline.cancel();
            listener.ended(cause);
        }

        @Override
        public void close() {
            deadline.cancel();
            closeServed();
            forget();
        }

        private void closeServed() {
            if (isOpen()) {
                send(server -> {
                    if (served != null) {
                        served.cancel();
                    }
                });
            }
        }
    }

    /** Watches of single keys on one stream. Should one of them be ended by the member, all end. */
    private final class Keys extends Stream implements KeyWatch {

        private final Listener listener;
        private final Map<ByteString, Long> wanted = new LinkedHashMap<>();
        private final Map<ByteString, ServerWatch> served = new LinkedHashMap<>();

        Keys(Listener listener) {
            this.listener = listener;
        }

        @Override
        void opened() {
            wanted.forEach(this::ask);
        }

        @Override
        void ended(EtcdException cause) {
            listener.ended(cause);
        }

        @Override
        public void add(ByteString key, long from) {
            if (wanted.putIfAbsent(key, from) == null && isOpen()) {
                ask(key, from);
            }
        }

        private void ask(ByteString key, long from) {
            Range one = new Range(key, key.concat(ByteString.copyFrom(new byte[1])), 0, 0, false);
            send(server -> served.put(key, server.watch(one, from, false, new ServerWatch.Listener() {
                @Override
                public void created(long revision) {
                    // Nobody waits for it.
                }

                @Override
                public void responded(Watch.Response response) {
                    receive(() -> response.events()
                            .forEach(event -> listener.changed(event.entry().key(), event.entry().modRevision())));
                }

                @Override
                public void ended(StatusRuntimeException status) {
                    receive(() -> {
                        if (wanted.containsKey(key)) {
                            failed(status);
                        }
                    });
                }
            })));
        }

        @Override
        public void remove(ByteString key) {
            if (wanted.remove(key) != null && isOpen()) {
                send(server -> {
                    ServerWatch watch = served.remove(key);
                    if (watch != null) {
                        watch.cancel();
                    }
                });
            }
        }

        @Override
        public void close() {
            if (isOpen()) {
                send(server -> served.values().forEach(ServerWatch::cancel));
            }
            forget();
        }
    }
}
