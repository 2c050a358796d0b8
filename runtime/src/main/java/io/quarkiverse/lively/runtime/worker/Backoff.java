package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: a random time (full jitter), so that a fleet that lost etcd together does not come back
 * together, up to a bound that doubles with each failure.
 */
public final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LAST = Duration.ofSeconds(5);

    private final RandomGenerator random;
    private final Duration last;
    private Duration bound = FIRST;

    /**
     * @param ttl of the lease; a quarter of it is the longest wait, or 5 s if that is shorter
     */
    public Backoff(Duration ttl, RandomGenerator random) {
        this.random = random;
        this.last = shorter(LAST, longer(FIRST, ttl.dividedBy(4)));
    }

    public Duration next() {
        Duration wait = Duration.ofNanos(random.nextLong(bound.toNanos() + 1));
        bound = shorter(last, bound.multipliedBy(2));
        return wait;
    }

    public void reset() {
        bound = FIRST;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
