package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

import io.quarkiverse.lively.runtime.store.ServiceKeys;

/**
 * Keeps a process away from a service that another one has taken. The process may pass only when no other process has owned the
 * service for a whole TTL, and the fence is open again once the process owns the service. Its own claim does not keep it
 * away: a restore from a backup may bring that back, and it lives as long as this process renews its lease. Times are of the
 * monotonic clock, in nanoseconds.
 */
final class Fence {

    private boolean closed;
    private long lastWrite;
    private OptionalLong unownedSince = OptionalLong.empty();

    void close() {
        closed = true;
    }

    /** The process owns the service. */
    void open() {
        closed = false;
        lookAway();
    }

    /** Nobody can tell how long the service has been unowned: the time so far does not count. */
    void lookAway() {
        unownedSince = OptionalLong.empty();
    }

    /**
     * @param seen what etcd has of the service
     * @param mine the incarnation that is kept away
     * @return how long to keep away still; empty if the process may pass
     */
    Optional<Duration> keepsAwayFor(ServiceKeys seen, Incarnation mine, Duration ttl, long now) {
        if (!closed) {
            return Optional.empty();
        }
        // Whoever wrote it may have owned it in between.
        boolean isOwned = seen.isClaimed() && !mine.isIn(seen.owner());
        boolean wasWritten = seen.state().modRevision() != lastWrite;
        lastWrite = seen.state().modRevision();
        if (wasWritten || isOwned) {
            lookAway();
        }
        if (isOwned) {
            return Optional.of(ttl.dividedBy(2));
        }
        unownedSince = OptionalLong.of(unownedSince.orElse(now));
        Duration left = ttl.minusNanos(now - unownedSince.getAsLong());
        return left.isNegative() || left.isZero() ? Optional.empty() : Optional.of(left);
    }
}
