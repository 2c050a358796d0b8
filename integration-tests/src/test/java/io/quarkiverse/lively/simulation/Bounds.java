package io.quarkiverse.lively.simulation;

import java.time.Duration;

/**
 * How long what is promised may take, in nanoseconds.
 *
 * @param ttl that etcd grants
 */
record Bounds(long ttl) {

    static final long SECOND = 1_000_000_000L;
    /** A few round trips, each of them slow, and a few slow hops between threads. */
    static final long AT_ONCE = SECOND;
    /** A request that is not answered. */
    private static final long REQUEST = SimulatedClient.REQUEST_TIMEOUT.toNanos();
    private static final long LONGEST_BACKOFF = 5 * SECOND;
    /** Between losing a leader and having another one, with the start of a member. */
    static final long ELECTION = 4 * SECOND;

    static Bounds of(Setup setup) {
        return new Bounds(Math.max(Duration.ofSeconds(2).toNanos(), setup.ttl().toNanos()));
    }

    /** An owner that is not told of a change looks after this time. */
    long look() {
        return ttl * 5 / 8 + AT_ONCE;
    }

    private long backoff() {
        return Math.min(LONGEST_BACKOFF, Math.max(SECOND / 2, ttl / 4));
    }

    /** A silent member is left after this time. */
    private long patience() {
        return Math.min(Math.max(2 * SECOND, ttl / 4), ttl * 3 / 10);
    }

    /** From the end of all trouble until a process is connected, has a lease, and its writes succeed. */
    long recovery() {
        return ELECTION + 2 * REQUEST + patience() + 3 * backoff();
    }

    /** From the end of all trouble until all is as it should be. */
    long converged() {
        return recovery() + look();
    }
}
