package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;

import io.quarkiverse.lively.runtime.etcd.Etcd;

/**
 * A lease, and until when it is certain to live. That is counted from the moment at which the renewal was sent: etcd
 * cannot have renewed it earlier, whenever the answer was read.
 *
 * @param validUntil on the monotonic clock, in nanoseconds; a margin before the lease can run out
 */
record LeaseTerm(long id, Duration ttl, long validUntil) {

    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(1);

    static LeaseTerm from(Etcd.Lease lease, long sentAt) {
        Duration tenth = lease.ttl().dividedBy(10);
        Duration margin = tenth.compareTo(LONGEST_MARGIN) < 0 ? tenth : LONGEST_MARGIN;
        return new LeaseTerm(lease.id(), lease.ttl(), sentAt + lease.ttl().minus(margin).toNanos());
    }

    boolean isValidAt(long nanoTime) {
        return validUntil - nanoTime > 0;
    }

    /** Zero when it is not certain to live any more. */
    Duration remainingAt(long nanoTime) {
        return Duration.ofNanos(Math.max(0, validUntil - nanoTime));
    }
}
