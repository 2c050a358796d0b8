package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.ServiceRecords;
import io.quarkiverse.lively.runtime.worker.Clocks;

/**
 * Where a registration stands.
 *
 * @param reason for a human
 * @param keys as they were last seen
 * @param lease under which the keys were written; empty before that
 */
record Standing(RegistrationState state, Instant since, String reason, ServiceKeys keys, Optional<LeaseTerm> lease) {

    static Standing beginning(RegistrationState state, Instant now, String reason) {
        return new Standing(state, now, reason, ServiceKeys.ABSENT, Optional.empty());
    }

    /** Since when it is in its state stays, if that does. */
    Standing then(RegistrationState next, Instant now, String why, ServiceKeys nextKeys, Optional<LeaseTerm> nextLease) {
        return new Standing(next, state == next ? since : now, why, nextKeys, nextLease);
    }

    /**
     * That it is lost is read off the clock, so it is known at the very moment, and not only when a timer gets to run.
     *
     * @param present the lease of this process
     */
    Standing asOfNow(Optional<LeaseTerm> present, Clocks clock) {
        if (state != RegistrationState.REGISTERED || isUnderValid(present, clock.nanoTime())) {
            return this;
        }
        Instant then = present.map(term -> clock.now().minusNanos(Math.max(0, clock.nanoTime() - term.validUntil())))
                .orElseGet(clock::now);
        return new Standing(RegistrationState.LOST, then, "its lease may have run out", keys, lease);
    }

    /** Whether it was written under that lease, and that is certain to live. */
    boolean isUnderValid(Optional<LeaseTerm> present, long nanoTime) {
        return present.filter(term -> term.isValidAt(nanoTime))
                .filter(term -> lease.filter(under -> under.id() == term.id()).isPresent()).isPresent();
    }

    ServiceRecord record(ServiceIdentity identity) {
        if (keys.service().value().isEmpty()) {
            return new ServiceRecord(identity.uuid(), identity.type(), identity.host(), identity.region(), Status.DOWN,
                    Optional.empty(), Optional.empty(), Map.of(), false, Liveness.UNKNOWN, Reason.UNKNOWN, Optional.empty(), 0);
        }
        ServiceRecord last = ServiceRecords.of(keys);
        return switch (state) {
            // Of a lease that runs out only what was UP is seen to expire.
            case LOST -> last.isUp() ? with(Liveness.EXPIRED, Reason.EXPIRED, last) : last;
            case FENCED -> with(Liveness.UNKNOWN, Reason.TAKEOVER, last);
            // The last word may not have reached etcd; or the next start of the application goes on with it.
            case STOPPED -> last.isUp() ? with(Liveness.UNKNOWN, Reason.UNKNOWN, last) : last;
            default -> last;
        };
    }

    /** The same service with another liveness, for another reason. Since when, nobody said. */
    private static ServiceRecord with(Liveness liveness, Reason reason, ServiceRecord last) {
        return new ServiceRecord(last.uuid(), last.type(), last.host(), last.region(), last.status(), last.maintenance(),
                last.endpoint(), last.metadata(), last.owned(), liveness, reason, Optional.empty(), last.revision());
    }
}
