package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntFunction;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.runtime.etcd.EtcdErrors.Access;
import io.quarkiverse.lively.runtime.worker.Platform;

/**
 * etcd by a client that is replaced by a new one, which tries another member first, when calls of one kind have had no success
 * for the patience: the member may be silent, or serve some kinds of calls only, and gRPC waits ever longer between two tries
 * to connect, up to two minutes. A member that cannot serve at all is left at once, as long as there are members that were not
 * tried yet. Logs one line for a member that is left while others may serve, one if none of the members serves, and one once
 * etcd answers again.
 */
public final class EtcdConnection implements Etcd {

    private static final Logger LOG = Logger.getLogger(EtcdConnection.class);
    /** What is over sooner is not worth a line. */
    private static final Duration WORTH_A_WARNING = Duration.ofSeconds(1);

    private final IntFunction<Etcd> clients;
    private final EtcdSettings settings;
    private final Optional<CertificateRotation> rotation;
    private final Platform platform;
    /** Makes and closes clients. That takes some ten milliseconds, and is not allowed on a thread of Vert.x. */
    private final Executor builder;
    /** Replaced, and closed once what is under way has had its time. */
    private final Set<CompletableFuture<Etcd>> retired = new LinkedHashSet<>();

    private int generation;
    /** Null before the first call. */
    private CompletableFuture<Etcd> client;
    private FailureStreaks clientStreaks;
    private final FailureStreaks streaks;
    /** How many clients were replaced for their failures since calls of each kind last succeeded. */
    private int left;
    private boolean warned;
    private boolean closed;

    /** Makes no client before the first call, as that costs time that an application that starts needs itself. */
    public EtcdConnection(EtcdSettings settings, Platform platform) {
        this(new MembersInTurn(settings, platform.random().nextInt(settings.endpoints().size()), new HostNames()), settings,
                settings.security().tls().map(tls -> new CertificateRotation(tls, settings.probe())), platform);
    }

    /**
     * Of such clients, whose certificates never change.
     *
     * @param clients makes the client that comes after so many others, in a thread that may block
     * @param settings of these clients
     */
    public static EtcdConnection of(IntFunction<Etcd> clients, EtcdSettings settings, Platform platform) {
        return new EtcdConnection(clients, settings, Optional.empty(), platform);
    }

    /**
     * @param clients makes the client that comes after so many others
     * @param settings of these clients. A client that is replaced although it works has the request timeout for what is under
     *        way
     * @param rotation of the certificates; empty if there are none
     */
    EtcdConnection(IntFunction<Etcd> clients, EtcdSettings settings, Optional<CertificateRotation> rotation,
            Platform platform) {
        this.clients = clients;
        this.settings = settings;
        this.rotation = rotation;
        this.platform = platform;
        this.builder = platform.threads("lively-connect");
        this.streaks = new FailureStreaks(platform.nanoTime());
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return call(CallKind.REQUEST, transaction.writes() ? Access.WRITE : Access.READ, etcd -> etcd.commit(transaction));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return call(CallKind.REQUEST, Access.READ, etcd -> etcd.read(range));
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        return call(CallKind.REQUEST, Access.WRITE, etcd -> etcd.grantLease(ttl));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return call(CallKind.RENEWAL, Access.WRITE, etcd -> etcd.renewLease(id, deadline));
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return call(CallKind.REQUEST, Access.WRITE, etcd -> etcd.revokeLease(id));
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        CompletableFuture<Etcd> current = current();
        CountedWatch counted = new CountedWatch(current, listener);
        return OpeningWatch.of(current.thenApply(etcd -> etcd.watch(range, from, counted)), counted);
    }

    /** Its failures do not count, since it does not notify of its successes. The calls that follow its end do. */
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

    /**
     * A call that wrote nothing is repeated at the next member, if the one that was asked was left for it. So is a read that
     * was cut short, since the member was left for another call.
     */
    private <T> CompletableFuture<T> call(CallKind kind, Access access, Function<Etcd, CompletableFuture<T>> call) {
        long sentAt = platform.nanoTime();
        CompletableFuture<Etcd> current = current();
        return current.thenCompose(call).handle((answer, failure) -> {
            boolean wasLeft = isLeft(current);
            if (failure == null || !isOfMember(failure)) {
                // A refusal is an answer, too.
                succeeded(kind, current);
            } else {
                failed(kind, current, sentAt, EtcdException.of(failure));
            }
            if (failure == null) {
                return CompletableFuture.completedFuture(answer);
            }
            boolean isCut = wasLeft && access == Access.READ && isRecent(sentAt);
            return isOfMember(failure) && isLeft(current) && (EtcdException.of(failure).nothingWritten() || isCut)
                    ? call(kind, access, call)
                    : CompletableFuture.<T> failedFuture(failure);
        }).thenCompose(outcome -> outcome);
    }

    /** Whether nearly all of the time for that call is left, so that it can be made again. */
    private boolean isRecent(long sentAt) {
        return platform.nanoTime() - sentAt < settings.requestTimeout().dividedBy(10).toNanos();
    }

    private static boolean isOfMember(Throwable failure) {
        return EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE;
    }

    private synchronized boolean isLeft(CompletableFuture<Etcd> by) {
        return !closed && by != client;
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

    private synchronized void succeeded(CallKind kind, CompletableFuture<Etcd> by) {
        if (by != client) {
            return;
        }
        long now = platform.nanoTime();
        clientStreaks.succeeded(kind, now);
        streaks.succeeded(kind, now);
        if (!streaks.areGoingOn(now)) {
            left = 0;
            if (warned) {
                warned = false;
                LOG.info("etcd answers again");
            }
        }
    }

    private synchronized void failed(CallKind kind, CompletableFuture<Etcd> by, long sentAt, EtcdException cause) {
        if (by != client || closed) {
            return;
        }
        long now = platform.nanoTime();
        Duration ofAll = streaks.failed(kind, sentAt, now);
        Duration ofClient = clientStreaks.failed(kind, sentAt, now);
        if (!warned && isWorthAWarning(ofAll, ofClient, cause)) {
            warned = true;
            LOG.warnf("%s. Trying again until it answers", cause.getMessage());
        }
        boolean atOnce = cause.failureClass() == FailureClass.UNFIT_MEMBER && !isLastMember();
        if (atOnce || ofClient.compareTo(settings.patience()) >= 0) {
            if (!warned && !isLastMember()) {
                LOG.infof("%s. Another member is asked from now on", cause.getMessage());
            }
            left++;
            build();
            by.thenAccept(Etcd::close);
        }
    }

    /** While there are members that were not tried yet, one of them may serve. */
    private boolean isWorthAWarning(Duration ofAll, Duration ofClient, EtcdException cause) {
        boolean lastFails = isLastMember() && (left >= settings.endpoints().size() || ofClient.compareTo(WORTH_A_WARNING) >= 0);
        return ofAll.compareTo(WORTH_A_WARNING) >= 0 && (lastFails || cause.member().isEmpty());
    }

    /** Whether the clients before this one have tried all members but one. */
    private boolean isLastMember() {
        return left >= settings.endpoints().size() - 1;
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
        clientStreaks = new FailureStreaks(platform.nanoTime());
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
        platform.after(settings.requestTimeout(), () -> builder.execute(() -> retire(former)));
        use(next);
        return true;
    }

    private synchronized void retire(CompletableFuture<Etcd> former) {
        if (retired.remove(former)) {
            former.thenAccept(Etcd::close);
        }
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
        private final long openedAt = platform.nanoTime();
        private boolean answered;

        CountedWatch(CompletableFuture<Etcd> by, Watch.Listener listener) {
            this.by = by;
            this.listener = listener;
        }

        @Override
        public void created(long revision) {
            answered = true;
            succeeded(CallKind.WATCH, by);
            listener.created(revision);
        }

        @Override
        public void responded(Watch.Response response) {
            succeeded(CallKind.WATCH, by);
            listener.responded(response);
        }

        @Override
        public void ended(EtcdException cause) {
            if (isOfMember(cause)) {
                failed(CallKind.WATCH, by, answered ? platform.nanoTime() : openedAt, cause);
            }
            listener.ended(cause);
        }
    }
}
