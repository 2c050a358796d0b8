package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** Finds out whether somebody else keeps a service DOWN, or is going to. */
public final class Holds {

    /** Who wrote what does not say who wrote it. */
    public static final String SOMEBODY = "unknown";

    private Holds() {
    }

    /**
     * The hold on a service, in force or still to come; empty if there is none, or it is over.
     *
     * @param firstSeen when the owner first saw the record as it is; empty if it does not matter. A DOWN whose end had
     *        passed by then is meant to last all the same: os-lively shifts ends by the time zone
     */
    public static Optional<Hold> of(ServiceKeys seen, Instant now, Optional<Instant> firstSeen) {
        if (seen.stateIsCurrent()) {
            return seen.state().value().filter(State::hasHold).map(State::getHold).filter(hold -> !isOver(hold, now));
        }
        if (seen.service().value().filter(record -> record.getStatus() == Status.UP).isPresent()) {
            return untouched(seen).filter(hold -> !isOver(hold, now));
        }
        return seen.service().value().map(record -> hold(record, now))
                .map(hold -> firstSeen.filter(then -> isOver(hold, then)).isEmpty() ? hold
                        : hold.toBuilder().clearEnd().build())
                .filter(hold -> !isOver(hold, now));
    }

    /**
     * Whether {@link #of} has left out the end of a DOWN, since it had passed when the owner first saw the record.
     *
     * @param hold as it was judged
     */
    public static boolean isEndIgnored(ServiceKeys seen, Hold hold) {
        return hold.getEnd() == 0 && !seen.stateIsCurrent()
                && seen.service().value().filter(record -> record.getMaintenanceEnd() != 0).isPresent();
    }

    /** A window that had not begun when somebody rewrote the record, UP, and left the window in it. */
    private static Optional<Hold> untouched(ServiceKeys seen) {
        Service record = seen.service().value().orElseThrow();
        return seen.state().value().filter(state -> state.getSince() < state.getHold().getStart()).map(State::getHold)
                .filter(hold -> hold.getStart() / 1000 == record.getMaintenanceStart()
                        && hold.getEnd() / 1000 == record.getMaintenanceEnd());
    }

    /** Whether somebody else keeps it DOWN now. */
    static boolean isHeld(ServiceKeys seen, Instant now) {
        return of(seen, now, Optional.empty()).filter(hold -> isInForce(hold, now)).isPresent();
    }

    public static boolean isInForce(Hold hold, Instant now) {
        return hold.getStart() <= now.toEpochMilli() && !isOver(hold, now);
    }

    public static boolean isOver(Hold hold, Instant now) {
        return hold.getEnd() != 0 && hold.getEnd() <= now.toEpochMilli();
    }

    /** What a client that knows no holds wrote. */
    private static Hold hold(Service record, Instant now) {
        return StoredMaintenance.hold(StoredMaintenance.in(record).orElse(StoredMaintenance.NONE), SOMEBODY, now);
    }
}
