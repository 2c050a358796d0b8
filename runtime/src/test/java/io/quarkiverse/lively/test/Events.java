package io.quarkiverse.lively.test;

import java.util.List;
import java.util.Optional;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.SnapshotEnd;

/** Reads events of all types alike. */
public final class Events {

    private Events() {
    }

    /** The service before; empty if there was none, or if the event is not of a change. */
    public static Optional<ServiceRecord> previous(LivenessEvent event) {
        return event instanceof ServiceChanged changed ? Optional.of(changed.previous())
                : event instanceof ServiceRemoved removed ? Optional.of(removed.service()) : Optional.empty();
    }

    /** The service after; empty if there is none, or if the event is of no service. */
    public static Optional<ServiceRecord> current(LivenessEvent event) {
        return event instanceof ServiceRemoved ? Optional.empty()
                : event instanceof ServiceSnapshot snapshot ? Optional.of(snapshot.service())
                        : event instanceof ServiceEvent change ? Optional.of(change.service()) : Optional.empty();
    }

    /** The service that the event is of, as it is now or was before. */
    public static Optional<ServiceRecord> service(LivenessEvent event) {
        return current(event).or(() -> previous(event));
    }

    /** The reason of a change; the reason of a service in a snapshot. */
    public static Reason reason(LivenessEvent event) {
        return event instanceof ServiceEvent change ? change.reason()
                : current(event).map(ServiceRecord::reason).orElse(Reason.UNKNOWN);
    }

    /** How many changes a change stands for; 1 for any other event. */
    public static int coalesced(LivenessEvent event) {
        return event instanceof ServiceEvent change ? change.coalesced() : 1;
    }

    public static boolean isOfSnapshot(LivenessEvent event) {
        return event instanceof ServiceSnapshot || event instanceof SnapshotEnd;
    }

    public static List<String> kinds(List<LivenessEvent> events) {
        return events.stream().map(LivenessEvent::kind).toList();
    }
}
