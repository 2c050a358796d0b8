package io.quarkiverse.lively.runtime.store;

import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.store.proto.Claim;

/** What the process that keeps a service alive says of itself. */
record Claimed(Optional<Endpoint> endpoint, Map<String, String> metadata) {

    static Claimed of(Claim claim) {
        return new Claimed(ServiceRecords.endpoint(claim), claim.getMetadataMap());
    }
}
