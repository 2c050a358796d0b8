package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

import org.jboss.logging.Logger;

/**
 * etcd by a client that is replaced by a new one, which tries another member first, when it has had no success for too
 * long: gRPC waits ever longer between two tries to connect, up to two minutes, longer than any lease lives. Says once
 * in the log that etcd cannot be reached, and once that it can again.
 */
public final class EtcdConnection implements Etcd {

    private static final Logger LOG = Logger.getLogger(EtcdConnection.class);
    /** What is over sooner is not worth a line. */
    private static final Duration WORTH_A_WARNING = Duration.ofSeconds(1);

    private final IntFunction<Etcd> clients;
    private final Duration patience;
    private final Duration grace;
    private final Optional<CertificateRotation> rotation;
    private final Executor builder;
    private final LongSupplier nanoClock;
    /** Replaced, and closed once what is under way has had its time. */
    private final Set<CompletableFuture<Etcd>> retired = new HashSet<>();

    private int generation;
    /** Null before the first call. */
    private CompletableFuture<Etcd> client;
    private FailureStreak clientStreak;
    private FailureStreak streak;
    private boolean warned;
    private boolean closed;

    /** Makes no client before the first call, as that costs time that an application that starts needs itself. */
    public EtcdConnection(EtcdSettings settings) {
        this(new MembersInTurn(settings, new Random().nextInt(settings.endpoints().size()), new HostNames()),
                settings.patience(),
                settings.requestTimeout(), settings.security().tls().map(tls -> new CertificateRotation(tls, settings.probe())),
                EtcdConnection::inAThreadOfItsOwn, System::nanoTime);
    }

    /**
     * @param clients makes the client that comes after so many others
     * @param grace how long a client that is replaced although it works is left alone with what is under way
     * @param rotation of the certificates; empty if there are none
     * @param builder where clients are made. That takes some ten milliseconds, and is not allowed on a thread of Vert.x
     */
    EtcdConnection(IntFunction<Etcd> clients, Duration patience, Duration grace,
            Optional<CertificateRotation> rotation, Executor builder, LongSupplier nanoClock) {
        this.clients = clients;
        this.patience = patience;
        this.grace = grace;
        this.rotation = rotation;
        this.builder = builder;
        this.nanoClock = nanoClock;
        this.streak = new FailureStreak(nanoClock.getAsLong());
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return call(etcd -> etcd.commit(transaction));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return call(etcd -> etcd.read(range));
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        return call(etcd -> etcd.grantLease(ttl));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return call(etcd -> etcd.renewLease(id, deadline));
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return call(etcd -> etcd.revokeLease(id));
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        CompletableFuture<Etcd> current = current();
        CountedWatch counted = new CountedWatch(current, listener);
        return OpeningWatch.of(current.thenApply(etcd -> etcd.watch(range, from, counted)), counted);
    }

    /** Its failures do not count: what is asked once it has ended does. */
    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        return OpeningKeyWatch.of(current().thenApply(etcd -> etcd.watchKeys(listener)), listener);
    }

    /**
     * If they are other certificates than before, a new client takes over once etcd has answered it.
     *
     * @param configurationName of the TLS registry
     */
    public void certificatesUpdated(String configurationName) {
        rotation.filter(any -> isInUse()).ifPresent(any -> any.certificatesUpdated(configurationName, new Clients()));
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.thenAccept(Etcd::close);
        }
        retired.forEach(former -> former.thenAccept(Etcd::close));
        retired.clear();
    }

    private <T> CompletableFuture<T> call(Function<Etcd, CompletableFuture<T>> call) {
        long sentAt = nanoClock.getAsLong();
        CompletableFuture<Etcd> current = current();
        return current.thenCompose(call).whenComplete((answer, failure) -> {
            if (failure != null && EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE) {
                failed(current, sentAt, EtcdException.of(failure));
            } else {
                succeeded(current);
            }
        });
    }

    private synchronized CompletableFuture<Etcd> current() {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new EtcdException(EtcdException.Kind.UNAVAILABLE, "The connection to etcd is closed", null));
        }
        if (client == null) {
            build();
        }
        return client;
    }

    /** A refusal is an answer, too. */
    private synchronized void succeeded(CompletableFuture<Etcd> by) {
        if (by != client) {
            return;
        }
        long now = nanoClock.getAsLong();
        clientStreak.succeeded(now);
        streak.succeeded(now);
        if (warned) {
            warned = false;
            LOG.info("etcd answers again");
        }
    }

    private synchronized void failed(CompletableFuture<Etcd> by, long sentAt, EtcdException cause) {
        if (by != client || closed) {
            return;
        }
        long now = nanoClock.getAsLong();
        if (!warned && streak.failed(sentAt, now).compareTo(WORTH_A_WARNING) >= 0) {
            warned = true;
            LOG.warnf("%s. Trying again until it answers", cause.getMessage());
        }
        if (clientStreak.failed(sentAt, now).compareTo(patience) >= 0) {
            build();
            by.thenAccept(Etcd::close);
        }
    }

    /** Else there is no client whose certificates could be old. */
    private synchronized boolean isInUse() {
        return !closed && client != null;
    }

    private void build() {
        use(next());
    }

    private void use(CompletableFuture<Etcd> next) {
        client = next;
        clientStreak = new FailureStreak(nanoClock.getAsLong());
    }

    private synchronized CompletableFuture<Etcd> next() {
        int number = generation++;
        return CompletableFuture.supplyAsync(() -> clients.apply(number), builder)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new EtcdException(
                        EtcdException.Kind.UNAVAILABLE,
                        "No client of etcd can be made: " + EtcdException.cause(failure).getMessage(),
                        failure)));
    }

    private synchronized boolean replace(CompletableFuture<Etcd> former, CompletableFuture<Etcd> next) {
        if (closed || client != former) {
            return false;
        }
        retired.add(former);
        CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS, builder).execute(() -> retire(former));
        use(next);
        return true;
    }

    private synchronized void retire(CompletableFuture<Etcd> former) {
        if (retired.remove(former)) {
            former.thenAccept(Etcd::close);
        }
    }

    private static void inAThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "lively-connect");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Clients implements CertificateRotation.Clients {

        @Override
        public CompletableFuture<Etcd> current() {
            return EtcdConnection.this.current();
        }

        @Override
        public CompletableFuture<Etcd> next() {
            return EtcdConnection.this.next();
        }

        @Override
        public boolean replace(CompletableFuture<Etcd> former, CompletableFuture<Etcd> next) {
            return EtcdConnection.this.replace(former, next);
        }
    }

    /** Every answer of a watch is a success. Its end is a failure of that moment, however long ago it was opened. */
    private final class CountedWatch implements Watch.Listener {

        private final CompletableFuture<Etcd> by;
        private final Watch.Listener listener;
        private final long openedAt = nanoClock.getAsLong();
        private boolean answered;

        CountedWatch(CompletableFuture<Etcd> by, Watch.Listener listener) {
            this.by = by;
            this.listener = listener;
        }

        @Override
        public void created(long revision) {
            answered = true;
            succeeded(by);
            listener.created(revision);
        }

        @Override
        public void responded(Watch.Response response) {
            succeeded(by);
            listener.responded(response);
        }

        @Override
        public void ended(EtcdException cause) {
            if (cause.kind() == EtcdException.Kind.UNAVAILABLE) {
                failed(by, answered ? nanoClock.getAsLong() : openedAt, cause);
            }
            listener.ended(cause);
        }
    }
}
