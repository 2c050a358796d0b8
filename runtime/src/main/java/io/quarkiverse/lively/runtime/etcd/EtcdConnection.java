package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

/**
 * etcd by a client that is replaced by a new one when it has had no success for too long. Says once in the log that etcd cannot
 * be
 * reached, and once that it can again.
 */
public final class EtcdConnection implements Etcd {

    private static final Logger LOG = Logger.getLogger(EtcdConnection.class);

    private final Supplier<Etcd> clients;
    private final Duration patience;
    private final Executor builder;
    private final LongSupplier nanoClock;

    private Etcd client;
    private FailureStreak streak;
    private boolean replacing;
    private boolean closed;
    private OptionalLong unreachableSince = OptionalLong.empty();

    /**
     * Opens no connection before the first call.
     *
     * @param builder where a new client is made. That takes some ten milliseconds, and must not happen on a thread of Vert.x
     */
    public EtcdConnection(EtcdSettings settings, Executor builder) {
        this(() -> new EtcdClient(settings), settings.patience(), builder, System::nanoTime);
    }

    EtcdConnection(Supplier<Etcd> clients, Duration patience, Executor builder, LongSupplier nanoClock) {
        this.clients = clients;
        this.patience = patience;
        this.builder = builder;
        this.nanoClock = nanoClock;
        this.client = clients.get();
        this.streak = new FailureStreak(patience);
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
    public CompletableFuture<Void> revokeLease(long id) {
        return call(etcd -> etcd.revokeLease(id));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return call(etcd -> etcd.renewLease(id, deadline));
    }

    @Override
    public synchronized void close() {
        closed = true;
        client.close();
    }

    private <T> CompletableFuture<T> call(Function<Etcd, CompletableFuture<T>> call) {
        long sentAt = nanoClock.getAsLong();
        Etcd current;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new EtcdException(EtcdException.Kind.UNAVAILABLE, "The connection to etcd is closed", null));
            }
            current = client;
        }
        return call.apply(current).whenComplete((answer, failure) -> {
            if (failure != null && EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE) {
                failed(current, sentAt, EtcdException.of(failure));
            } else {
                succeeded(current);
            }
        });
    }

    /** A refusal is an answer, too. */
    private synchronized void succeeded(Etcd by) {
        if (by != client) {
            return;
        }
        streak.succeeded();
        if (unreachableSince.isPresent()) {
            LOG.infof("etcd answers again, after %d ms",
                    Duration.ofNanos(nanoClock.getAsLong() - unreachableSince.getAsLong()).toMillis());
            unreachableSince = OptionalLong.empty();
        }
    }

    private synchronized void failed(Etcd by, long sentAt, EtcdException cause) {
        if (by != client || closed) {
            return;
        }
        if (unreachableSince.isEmpty()) {
            unreachableSince = OptionalLong.of(sentAt);
            LOG.warnf("%s. Trying again until it answers", cause.getMessage());
        }
        if (streak.failed(sentAt, nanoClock.getAsLong()) && !replacing) {
            replacing = true;
            builder.execute(this::replace);
        }
    }

    private void replace() {
        try {
            use(clients.get()).close();
        } catch (RuntimeException e) {
            LOG.warnf("No new client of etcd could be made, so the one that fails stays: %s", e);
        } finally {
            synchronized (this) {
                replacing = false;
            }
        }
    }

    /** Returns the one that is of no use any more. */
    private synchronized Etcd use(Etcd fresh) {
        if (closed) {
            return fresh;
        }
        Etcd former = client;
        client = fresh;
        streak = new FailureStreak(patience);
        return former;
    }
}
