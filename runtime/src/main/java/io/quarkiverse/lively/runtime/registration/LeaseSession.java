package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Loss;
import io.quarkiverse.lively.runtime.worker.Backoff;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * A lease that is kept alive, and replaced by a new one when it is gone. It renews the lease each third of its TTL
 * and says that it is lost before it can run out in etcd; after that it goes on trying, since the old lease may have
 * survived (etcd gives every lease its whole TTL again when it restarts or changes its leader).
 * <p>
 * It lives on the worker thread; {@link #term()} may be called on any.
 */
final class LeaseSession {

    /** Called on the worker thread. */
    interface Listener {

        /** There is a valid lease now, where there was none: another one, or the old one again. */
        void leaseHeld(LeaseTerm term);

        /**
         * There is no valid lease any more. May be said more than once.
         *
         * @param why for a human
         */
        void leaseLost(Loss loss, String why);

        /** There is still no lease. */
        void leaseNotGranted(EtcdException cause);
    }

    private static final Duration CLOCK_CHECK = Duration.ofSeconds(1);

    private final Etcd etcd;
    private final Worker worker;
    private final Duration ttl;
    private final Backoff backoff;
    private final Listener listener;

    private volatile LeaseTerm term;
    private boolean held;
    private boolean closed;
    private String lastFailure = "etcd has not answered yet";
    private long checkedAt;
    private Instant wallTimeThen;
    private Worker.Timer clockCheck = () -> {
    };
    private Worker.Timer nextTry = () -> {
    };
    private Worker.Timer expiry = () -> {
    };

    LeaseSession(Etcd etcd, Worker worker, Duration ttl, RandomGenerator random, Listener listener) {
        this.etcd = etcd;
        this.worker = worker;
        this.ttl = ttl;
        this.backoff = new Backoff(ttl, random);
        this.listener = listener;
    }

    void start() {
        if (!closed) {
            watchClocks();
            grant();
        }
    }

    /** Starts with a lease that was kept alive so far, by somebody else. If that is gone, with a new one. */
    void resume(long lease) {
        watchClocks();
        term = new LeaseTerm(lease, ttl, worker.nanoTime());
        renew();
    }

    /** The lease as it is known, valid or not; empty if there is none. */
    Optional<LeaseTerm> term() {
        return Optional.ofNullable(term);
    }

    /** A write that named this lease was refused because the lease is gone. */
    void gone(long id) {
        if (!closed && term != null && term.id() == id) {
            replace();
        }
    }

    /** Renews no more; the lease runs out, unless it is revoked before. */
    void orphan() {
        closed = true;
        nextTry.cancel();
        expiry.cancel();
        clockCheck.cancel();
    }

    /** Renews no more, and does not revoke the lease: it is for somebody else to resume. */
    void handOver() {
        orphan();
        term = null;
    }

    /** Renews no more, and revokes the lease. */
    CompletableFuture<Void> close() {
        orphan();
        return term == null ? CompletableFuture.completedFuture(null) : etcd.revokeLease(term.id());
    }

    private void watchClocks() {
        checkedAt = worker.nanoTime();
        wallTimeThen = worker.now();
        clockCheck = worker.after(CLOCK_CHECK, this::compareClocks);
    }

    /**
     * The monotonic clock stands still while a machine is suspended, and the lease runs out all the same: when the wall clock
     * gets ahead, that may be why.
     */
    private void compareClocks() {
        long now = worker.nanoTime();
        Instant wallTime = worker.now();
        Duration ahead = Duration.between(wallTimeThen, wallTime).minusNanos(now - checkedAt);
        checkedAt = now;
        wallTimeThen = wallTime;
        clockCheck = worker.after(CLOCK_CHECK, this::compareClocks);
        if (term != null && ahead.compareTo(CLOCK_CHECK) > 0) {
            schedule(Duration.ZERO, this::renew);
        }
    }

    private void grant() {
        long sentAt = worker.nanoTime();
        worker.when(etcd.grantLease(ttl), (lease, failure) -> {
            if (closed) {
                if (lease != null) {
                    etcd.revokeLease(lease.id());
                }
            } else if (failure != null) {
                tryAgain(failure, this::grant);
            } else {
                hold(lease, sentAt);
            }
        });
    }

    private void renew() {
        long sentAt = worker.nanoTime();
        long id = term.id();
        worker.when(etcd.renewLease(id, term.ttl().dividedBy(3)), (lease, failure) -> {
            if (closed || term == null || term.id() != id) {
                return;
            }
            if (failure == null) {
                hold(lease, sentAt);
            } else if (failure.kind() == EtcdException.Kind.LEASE_NOT_FOUND) {
                replace();
            } else {
                tryAgain(failure, this::renew);
            }
        });
    }

    private void hold(Etcd.Lease lease, long sentAt) {
        backoff.reset();
        term = LeaseTerm.from(lease, sentAt);
        long now = worker.nanoTime();
        expiry.cancel();
        expiry = worker.after(term.remainingAt(now), this::expire);
        schedule(Duration.ofNanos(Math.max(0, sentAt + term.ttl().dividedBy(3).toNanos() - now)), this::renew);
        if (!held && term.isValidAt(now)) {
            held = true;
            listener.leaseHeld(term);
        }
    }

    private void expire() {
        lose(Loss.LEASE_EXPIRED, "its lease may have run out: " + lastFailure);
    }

    private void replace() {
        term = null;
        expiry.cancel();
        nextTry.cancel();
        lose(Loss.LEASE_GONE, "its lease ran out or was revoked");
        grant();
    }

    private void lose(Loss loss, String why) {
        held = false;
        listener.leaseLost(loss, why);
    }

    private void tryAgain(EtcdException failure, Runnable attempt) {
        lastFailure = failure.getMessage();
        if (!held) {
            listener.leaseNotGranted(failure);
        }
        schedule(backoff.next(), attempt);
    }

    private void schedule(Duration delay, Runnable attempt) {
        nextTry.cancel();
        nextTry = worker.after(delay, attempt);
    }
}
