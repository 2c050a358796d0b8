package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessEvent.Kind;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/** Makes events. What nobody said the time of happened when it was seen. */
record EventClock(Supplier<Instant> now) {

    LivenessEvent snapshot(ServiceRecord service, long revision) {
        return new LivenessEvent(Kind.SNAPSHOT, revision, Optional.empty(), Optional.of(service), service.reason(),
                service.since().orElseGet(now), 1);
    }

    /** An event that is of no service. */
    LivenessEvent marker(Kind kind, long revision) {
        return new LivenessEvent(kind, revision, Optional.empty(), Optional.empty(), Reason.UNKNOWN, now.get(), 1);
    }

    LivenessEvent change(Optional<ServiceRecord> previous, ServiceChange change, long revision) {
        Kind kind = previous.isEmpty() ? Kind.ADDED : change.current().isEmpty() ? Kind.REMOVED : Kind.CHANGED;
        return new LivenessEvent(kind, revision, previous, change.current(), change.reason(), change.at().orElseGet(now), 1);
    }
}
