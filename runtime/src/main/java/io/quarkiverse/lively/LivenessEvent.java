package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A change of the fleet, as one subscriber hears of it. With a {@link ServiceQuery}, a service that comes to match it is ADDED,
 * and one that does not match any more is REMOVED.
 *
 * @param kind what happened
 * @param revision the revision of etcd of the change; of the list if it was found by one
 * @param previous the service before, as this subscriber was last told; empty if it was told of none
 * @param current the service now; empty if there is none, and in {@link Kind#SNAPSHOT_END} and {@link Kind#RESYNCED}
 * @param reason why it changed, in {@link Kind#SNAPSHOT} why it is as it is. EXPIRED only if it was UP and its lease ran out.
 *        UNKNOWN if nobody said: so if a service that is DOWN loses its process, and with it endpoint and metadata, be it by
 *        a crash or because it was stopped; its record keeps the reason why it is DOWN
 * @param at when, by the clock of who changed it if he said so; else when this application first saw it, by its own clock.
 *        Nobody says when a service expired or was removed: in a SNAPSHOT, and in what is told before RESYNCED, that may have
 *        been long before
 * @param coalesced how many changes this event stands for: 1, unless the subscriber was too slow to be told each
 */
public record LivenessEvent(Kind kind, long revision, Optional<ServiceRecord> previous, Optional<ServiceRecord> current,
        Reason reason, Instant at, int coalesced) {

    /** What happened. */
    public enum Kind {
        /** A service that was there when the subscription began. */
        SNAPSHOT,
        /** There were no others. What follows are changes. */
        SNAPSHOT_END,
        /** A service that was not there. */
        ADDED,
        /** A service is not what it was. */
        CHANGED,
        /** A service is not there any more. */
        REMOVED,
        /**
         * After a break in which changes were missed, all differences up to {@link LivenessEvent#revision()} have been
         * delivered, also to a subscriber that lags behind. In between there may have been changes that were not delivered.
         */
        RESYNCED
    }

    public LivenessEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(previous, "previous");
        Objects.requireNonNull(current, "current");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(at, "at");
    }
}
