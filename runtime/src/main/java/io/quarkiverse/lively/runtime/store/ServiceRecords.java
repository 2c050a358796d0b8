package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;

/** Makes what a user sees of a service from what etcd has of it. */
public final class ServiceRecords {

    private static final int MOST_PORT = 65535;

    private ServiceRecords() {
    }

    public static ServiceRecord of(ServiceKeys keys) {
        return of(keys.service().value().orElseThrow(), keys.service().modRevision(), keys.up().exists(), keys.owner().value(),
                keys.stateIsCurrent() ? keys.state().value() : Optional.empty());
    }

    /**
     * @param revision the one that last changed the record
     * @param up whether the entry under UP exists
     * @param claim of the process that keeps it alive, if there is one
     * @param state if it is current
     */
    static ServiceRecord of(Service record, long revision, boolean up, Optional<Claim> claim, Optional<State> state) {
        Status status = status(record);
        Liveness liveness = status == Status.DOWN ? Liveness.DOWN : up ? Liveness.UP : Liveness.EXPIRED;
        Reason reason = liveness == Liveness.EXPIRED ? Reason.EXPIRED
                : state.map(ServiceRecords::reason).orElse(Reason.UNKNOWN);
        // Its state is from when it was up; since when it is not, nobody is there to say.
        Optional<State> saying = state.filter(said -> liveness != Liveness.EXPIRED);
        return new ServiceRecord(record.getUuid(), record.getType(), record.getHost(), region(record), status,
                maintenance(record), claim.flatMap(ServiceRecords::endpoint), claim.map(Claim::getMetadataMap).orElse(Map.of()),
                claim.isPresent(), liveness, reason, saying.map(said -> Instant.ofEpochMilli(said.getSince())), revision);
    }

    public static Status status(Service record) {
        return status(record.getStatus());
    }

    static Transition transition(io.quarkiverse.lively.runtime.store.proto.Transition logged) {
        return new Transition(Instant.ofEpochMilli(logged.getSince()), status(logged.getStatus()),
                reason(logged.getReason()), logged.getBy());
    }

    public static String region(Service record) {
        return record.getRegion().isEmpty() ? ServiceIdentity.DEFAULT_REGION : record.getRegion();
    }

    static Reason reason(State state) {
        return reason(state.getReason());
    }

    private static Reason reason(io.quarkiverse.lively.runtime.store.proto.Reason reason) {
        return switch (reason) {
            case UNRECOGNIZED -> Reason.UNKNOWN;
            default -> Reason.valueOf(reason.name());
        };
    }

    /** A number that proto3 does not know is no promise of being up. */
    private static Status status(io.quarkiverse.lively.runtime.store.proto.Status status) {
        return status == io.quarkiverse.lively.runtime.store.proto.Status.UP ? Status.UP : Status.DOWN;
    }

    private static Optional<Endpoint> endpoint(Claim claim) {
        boolean isPort = claim.getPort() > 0 && claim.getPort() <= MOST_PORT;
        return !isPort ? Optional.empty()
                : Optional.of(new Endpoint(claim.getAddress(), claim.getPort(), claim.getSecure()));
    }

    static Optional<Maintenance> maintenance(Service record) {
        if (record.getMaintenanceStart() == 0 && record.getMaintenanceEnd() == 0 && record.getMaintenanceNote().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Maintenance(record.getMaintenanceNote(), second(record.getMaintenanceStart()),
                second(record.getMaintenanceEnd())));
    }

    /** The field is unsigned; what is past the end of time is as good as its end. */
    private static Optional<Instant> second(long seconds) {
        if (seconds == 0) {
            return Optional.empty();
        }
        boolean tooFar = seconds < 0 || seconds > Instant.MAX.getEpochSecond();
        return Optional.of(tooFar ? Instant.MAX : Instant.ofEpochSecond(seconds));
    }
}
