package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

import io.quarkiverse.lively.runtime.store.ServiceKeys;

/**
 * Keeps a process away from a service that another one has taken. It opens again only when nobody has owned the service
 * for a whole TTL. Times are of the monotonic clock, in nanoseconds.
 */
final class Fence {

    private boolean closed;
    private long lastWrite;
    private OptionalLong unownedSince = OptionalLong.empty();

    void close() {
        closed = true;
    }

    /** Nobody can tell how long the service has been unowned: the time so far does not count. */
    void lookAway() {
        unownedSince = OptionalLong.empty();
    }

    /**
     * @param seen what etcd has of the service
     * @return how long to keep away still; empty if it is open
     */
    Optional<Duration> keepsAwayFor(ServiceKeys seen, Duration ttl, long now) {
        if (!closed) {
            return Optional.empty();
        }
        // Whoever wrote it may have owned it in between.
        boolean wasWritten = seen.state().modRevision() != lastWrite;
        lastWrite = seen.state().modRevision();
        if (wasWritten || seen.isClaimed()) {
            lookAway();
        }
        if (seen.isClaimed()) {
            return Optional.of(ttl.dividedBy(2));
        }
        unownedSince = OptionalLong.of(unownedSince.orElse(now));
        Duration left = ttl.minusNanos(now - unownedSince.getAsLong());
        if (left.isNegative() || left.isZero()) {
            closed = false;
            unownedSince = OptionalLong.empty();
            return Optional.empty();
        }
        return Optional.of(left);
    }
}
