package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps a process away from a service that another one has taken. It opens again only when nobody has owned the service
 * for a whole TTL. Times are of the monotonic clock, in nanoseconds.
 */
final class Fence {

    private boolean closed;
    private OptionalLong unownedSince = OptionalLong.empty();

    void close() {
        closed = true;
    }

    /**
     * @param owned whether anybody owns the service
     * @return how long to keep away still; empty if it is open
     */
    Optional<Duration> keepsAwayFor(boolean owned, Duration ttl, long now) {
        if (!closed) {
            return Optional.empty();
        }
        if (owned) {
            unownedSince = OptionalLong.empty();
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
