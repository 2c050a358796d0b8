package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;

/**
 * How a maintenance is kept: in a record in seconds, where os-lively reads it, and in a hold in milliseconds. 0 stands for no
 * time.
 */
final class StoredMaintenance {

    static final Maintenance NONE = Maintenance.of("");

    private StoredMaintenance() {
    }

    /** The one that a record names. */
    static Optional<Maintenance> in(Service record) {
        if (record.getMaintenanceStart() == 0 && record.getMaintenanceEnd() == 0 && record.getMaintenanceNote().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Maintenance(record.getMaintenanceNote(), second(record.getMaintenanceStart()),
                second(record.getMaintenanceEnd())));
    }

    /** The one that goes with a hold. */
    static Maintenance in(Hold hold) {
        return new Maintenance(hold.getNote(), millisecond(hold.getStart()), millisecond(hold.getEnd()));
    }

    /** The same record, naming that one. */
    static Service put(Service record, Maintenance maintenance) {
        return record.toBuilder().setMaintenanceNote(maintenance.note())
                .setMaintenanceStart(maintenance.start().map(Instant::getEpochSecond).orElse(0L))
                .setMaintenanceEnd(maintenance.end().map(Instant::getEpochSecond).orElse(0L)).build();
    }

    /** A hold from now on, whenever the maintenance is said to start. */
    static Hold hold(Maintenance maintenance, String by, Instant now) {
        return Hold.newBuilder().setBy(by).setSince(now.toEpochMilli()).setEnd(milliseconds(maintenance.end()))
                .setNote(maintenance.note()).build();
    }

    /** A hold from the start of the maintenance on. */
    static Hold plannedHold(Maintenance maintenance, String by, Instant now) {
        return hold(maintenance, by, now).toBuilder().setStart(milliseconds(maintenance.start())).build();
    }

    /** The field is unsigned; what is past the end of time is as good as its end. */
    private static Optional<Instant> second(long seconds) {
        if (seconds == 0) {
            return Optional.empty();
        }
        boolean tooFar = seconds < 0 || seconds > Instant.MAX.getEpochSecond();
        return Optional.of(tooFar ? Instant.MAX : Instant.ofEpochSecond(seconds));
    }

    private static Optional<Instant> millisecond(long milliseconds) {
        return milliseconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(milliseconds));
    }

    /** A time that milliseconds cannot tell never comes. */
    private static long milliseconds(Optional<Instant> time) {
        return time.map(instant -> instant.getEpochSecond() >= Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : instant.toEpochMilli())
                .orElse(0L);
    }
}
