package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.store.proto.Claim;

/**
 * One start of one process, and what it says of itself in its claims.
 *
 * @param id of this start of this process
 * @param version of the application
 */
record Incarnation(String id, Instant startedAt, String version, Map<String, String> metadata) {

    static Incarnation started(Instant at, String version, Map<String, String> metadata) {
        return new Incarnation(UUID.randomUUID().toString(), at, version, metadata);
    }

    Claim claim(Optional<Endpoint> endpoint) {
        Claim.Builder claim = Claim.newBuilder().setIncarnation(id).setStartedAt(startedAt.toEpochMilli())
                .setVersion(version).putAllMetadata(metadata);
        endpoint.ifPresent(e -> claim.setAddress(e.address()).setPort(e.port()).setSecure(e.secure()));
        return claim.build();
    }
}
