package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Hold;

/**
 * What somebody else says of a service, with what only its owner can know: when the record was first seen as it is, and what
 * was said of a service that vanished with its lease.
 */
final class HoldMemory {

    private final boolean ephemeral;
    private long recordRevision = -1;
    private Instant recordSeenAt;
    private Optional<Hold> last = Optional.empty();
    private long leaseOfLast;

    /** @param ephemeral whether the service takes what is said of it with it when it loses its lease */
    HoldMemory(boolean ephemeral) {
        this.ephemeral = ephemeral;
    }

    /**
     * The hold on the service, in force or to come.
     *
     * @param owned whether this process is its owner now: to have been is not enough, since an end may have passed while nobody
     *        was there to judge it
     * @param lease the present one
     */
    Optional<Hold> of(ServiceKeys seen, boolean owned, long lease, Instant now) {
        if (recordRevision != seen.service().modRevision()) {
            recordRevision = seen.service().modRevision();
            recordSeenAt = now;
        }
        if (ephemeral && !seen.service().exists() && leaseOfLast != lease) {
            return last.filter(hold -> !Holds.isOver(hold, now));
        }
        Optional<Hold> hold = Holds.of(seen, now, owned ? Optional.of(recordSeenAt) : Optional.empty());
        if (seen.service().exists()) {
            last = hold;
            leaseOfLast = lease;
        }
        return hold;
    }
}
