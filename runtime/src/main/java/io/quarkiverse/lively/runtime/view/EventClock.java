package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceAdded;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/** Makes events. What nobody said the time of happened when it was seen; what was said before is no news. */
record EventClock(Supplier<Instant> now) {

    /** A service that is there when a subscription begins. */
    LivenessEvent snapshot(ServiceRecord service, Fleet fleet) {
        return new ServiceSnapshot(service, fleet.revision(),
                service.since().orElseGet(() -> fleet.seenAt(service.uuid())));
    }

    LivenessEvent snapshotEnd(Fleet fleet) {
        return new SnapshotEnd(fleet.revision(), now.get());
    }

    Resynced resynced(Fleet fleet) {
        return new Resynced(fleet.revision(), now.get());
    }

    /** @param previous differs from the current service */
    ServiceEvent change(Optional<ServiceRecord> previous, ServiceChange change, long revision) {
        Optional<ServiceRecord> current = change.current();
        boolean onlyItsProcess = previous.isPresent() && current.isPresent() && isSaidAsBefore(previous.get(), current.get());
        Reason reason = onlyItsProcess && change.reason() != Reason.TAKEOVER ? Reason.UNKNOWN : change.reason();
        Instant at = current.filter(service -> previous.isEmpty() || isNews(previous.get(), service))
                .flatMap(ServiceRecord::since).orElseGet(now);
        return event(previous, current, reason, revision, at, 1).orElseThrow();
    }

    /** The event of a change; empty if the service was not there before and is not there now. */
    static Optional<ServiceEvent> event(Optional<ServiceRecord> previous, Optional<ServiceRecord> current, Reason reason,
            long revision, Instant at, int coalesced) {
        if (current.isEmpty()) {
            return previous.map(gone -> new ServiceRemoved(gone, reason, revision, at, coalesced));
        }
        ServiceRecord service = current.get();
        return Optional.of(previous.isEmpty() ? new ServiceAdded(service, reason, revision, at, coalesced)
                : new ServiceChanged(previous.get(), service, reason, revision, at, coalesced));
    }

    /** The service before that event; empty if it was not there. */
    static Optional<ServiceRecord> previous(ServiceEvent event) {
        return event instanceof ServiceChanged changed ? Optional.of(changed.previous())
                : Optional.of(event).filter(ServiceRemoved.class::isInstance).map(ServiceEvent::service);
    }

    /** The service after that event; empty if it is not there any more. */
    static Optional<ServiceRecord> current(ServiceEvent event) {
        return event instanceof ServiceRemoved ? Optional.empty() : Optional.of(event.service());
    }

    /** Whether nothing was said and nothing ran out: what changed is the process, or what it says of itself. */
    private static boolean isSaidAsBefore(ServiceRecord previous, ServiceRecord current) {
        return previous.revision() == current.revision() && previous.liveness() == current.liveness()
                && previous.reason() == current.reason() && previous.since().equals(current.since());
    }

    /** Whether the time that the service has now is that of the change. One that expired and is back has its time again. */
    private static boolean isNews(ServiceRecord previous, ServiceRecord current) {
        return !previous.since().equals(current.since())
                && (previous.since().isPresent() || previous.revision() != current.revision());
    }
}
