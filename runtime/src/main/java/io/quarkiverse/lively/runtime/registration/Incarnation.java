package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.runtime.store.Entry;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.worker.Platform;

/**
 * One start of one process, and what it says of itself in its claims.
 *
 * @param id of this start of this process
 * @param version of the application
 * @param signature {@code type@host} of the application
 */
record Incarnation(String id, Instant startedAt, String version, String signature) {

    /** So many characters of an id are enough for a reader. */
    private static final int SHORT_ID = 8;

    static Incarnation started(Platform platform, String version, String signature) {
        return new Incarnation(platform.uuid().toString(), platform.now(), version, signature);
    }

    /** For readers: {@code inventory@host-1 (3f2a9c1b)}. Nothing is decided by it. */
    String name() {
        return signature + " (" + id.substring(0, Math.min(SHORT_ID, id.length())) + ")";
    }

    /** Whether a claim is its own. */
    boolean isIn(Entry<Claim> owner) {
        return owner.value().filter(claim -> claim.getIncarnation().equals(id)).isPresent();
    }

    /** Whether it said that itself. */
    boolean isIn(State state) {
        return state.getBy().equals(id);
    }

    /**
     * Whether a transition of the log was written by this incarnation: then it has claimed the service. Any transition counts,
     * not only the newest one: a process that took the service over since has written the newest.
     */
    boolean isIn(History history) {
        return history.getTransitionsList().stream().anyMatch(transition -> transition.getBy().equals(id));
    }

    State.Builder says(Reason reason, Instant since) {
        return State.newBuilder().setReason(reason).setSince(since.toEpochMilli()).setBy(id).setByName(name());
    }

    /**
     * All that a process publishes of itself passes here.
     *
     * @throws InvalidServiceException naming the field that cannot be published
     */
    Claim claim(Optional<Endpoint> endpoint, Map<String, String> metadata) {
        Announcements.check(endpoint, metadata);
        Claim.Builder claim = Claim.newBuilder().setIncarnation(id).setStartedAt(startedAt.toEpochMilli())
                .setVersion(version);
        endpoint.ifPresent(
                e -> claim.setAddress(Announcements.withoutBrackets(e.address())).setPort(e.port()).setSecure(e.secure()));
        return with(metadata, claim);
    }

    /** The claim with these metadata instead of the ones that it has. */
    static Claim with(Map<String, String> metadata, Claim.Builder claim) {
        claim.clearMetadata();
        // In the order of the names, so that the same metadata are the same bytes.
        new TreeMap<>(metadata).forEach(claim::putMetadata);
        try {
            // As etcd gives it back: a text of the application that is no UTF-8 is stored as another one.
            return Claim.parseFrom(claim.build().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("What was just written can be read", e);
        }
    }
}
