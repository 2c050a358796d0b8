package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
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
        ServiceRecord declared = new ServiceRecord(record.getUuid(), record.getType(), record.getHost(), region(record),
                status(record), StoredMaintenance.in(record), Optional.empty(), Map.of(), false, Liveness.UNKNOWN,
                Reason.UNKNOWN,
                Optional.empty(), revision);
        return of(declared, up, claim.map(Claimed::of), state.map(Said::of));
    }

    /** The same record with other keys beside it. */
    static ServiceRecord of(ServiceRecord declared, boolean up, Optional<Claimed> claimed, Optional<Said> said) {
        Liveness liveness = declared.status() == Status.DOWN ? Liveness.DOWN : up ? Liveness.UP : Liveness.EXPIRED;
        // Its state is from when it was up; since when it is not, nobody is there to say.
        Optional<Said> saying = said.filter(state -> liveness != Liveness.EXPIRED);
        Reason reason = liveness == Liveness.EXPIRED ? Reason.EXPIRED : saying.map(Said::reason).orElse(Reason.UNKNOWN);
        return new ServiceRecord(declared.uuid(), declared.type(), declared.host(), declared.region(), declared.status(),
                declared.maintenance(), claimed.flatMap(Claimed::endpoint), claimed.map(Claimed::metadata).orElse(Map.of()),
                claimed.isPresent(), liveness, reason, saying.map(Said::since), declared.revision());
    }

    /** A record that no process keeps alive, with what the last one that did said of itself. */
    static ServiceRecord with(Claimed last, ServiceRecord unowned) {
        return new ServiceRecord(unowned.uuid(), unowned.type(), unowned.host(), unowned.region(), unowned.status(),
                unowned.maintenance(), last.endpoint(), last.metadata(), false, unowned.liveness(), unowned.reason(),
                unowned.since(), unowned.revision());
    }

    public static Status status(Service record) {
        return status(record.getStatus());
    }

    static Transition transition(io.quarkiverse.lively.runtime.store.proto.Transition logged) {
        return new Transition(Instant.ofEpochMilli(logged.getSince()), status(logged.getStatus()),
                reason(logged.getReason()),
                logged.getByName().isEmpty() ? logged.getBy() : logged.getByName(),
                Optional.of(logged.getNote()).filter(note -> !note.isEmpty()));
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

    static io.quarkiverse.lively.runtime.store.proto.Status stored(Status status) {
        return switch (status) {
            case UP -> io.quarkiverse.lively.runtime.store.proto.Status.UP;
            case DOWN -> io.quarkiverse.lively.runtime.store.proto.Status.DOWN;
        };
    }

    static Optional<Endpoint> endpoint(Claim claim) {
        boolean isEndpoint = claim.getPort() > 0 && claim.getPort() <= MOST_PORT && !claim.getAddress().isBlank();
        return !isEndpoint ? Optional.empty()
                : Optional.of(new Endpoint(claim.getAddress(), claim.getPort(), claim.getSecure()));
    }
}
