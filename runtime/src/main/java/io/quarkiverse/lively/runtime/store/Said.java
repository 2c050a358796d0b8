package io.quarkiverse.lively.runtime.store;

import java.time.Instant;

import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;

/** Why a service is as it is, and since when, as whoever wrote its state says. */
record Said(Reason reason, Instant since) implements ServiceCopy.Aside {

    static Said of(State state) {
        return new Said(ServiceRecords.reason(state), Instant.ofEpochMilli(state.getSince()));
    }
}
