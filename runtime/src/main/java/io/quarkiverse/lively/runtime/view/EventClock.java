package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessEvent.Kind;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/** Makes events. What nobody said the time of happened when it was seen; what was said before is no news. */
record EventClock(Supplier<Instant> now) {

    /** A service that is there when a subscription begins. */
    LivenessEvent snapshot(ServiceRecord service, Fleet fleet) {
        return new LivenessEvent(Kind.SNAPSHOT, fleet.revision(), Optional.empty(), Optional.of(service), service.reason(),
                service.since().orElseGet(() -> fleet.seenAt(service.uuid())), 1);
    }

    /** An event that is of no service. */
    LivenessEvent marker(Kind kind, long revision) {
        return new LivenessEvent(kind, revision, Optional.empty(), Optional.empty(), Reason.UNKNOWN, now.get(), 1);
    }

    LivenessEvent change(Optional<ServiceRecord> previous, ServiceChange change, long revision) {
        Optional<ServiceRecord> current = change.current();
        Kind kind = previous.isEmpty() ? Kind.ADDED : current.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
        boolean onlyItsProcess = kind == Kind.CHANGED && isSaidAsBefore(previous.get(), current.get());
        Reason reason = onlyItsProcess && change.reason() != Reason.TAKEOVER ? Reason.UNKNOWN : change.reason();
        Instant at = current.filter(service -> previous.isEmpty() || isNews(previous.get(), service))
                .flatMap(ServiceRecord::since).orElseGet(now);
        return new LivenessEvent(kind, revision, previous, current, reason, at, 1);
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
