package io.quarkiverse.lively.runtime.management;

import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The reads of the management endpoint, as JSON. If Lively is switched off, each of them is refused. */
record ManagementReads(LivelyLifecycle lively) {

    /** From memory. */
    Uni<Object> registration() {
        JsonObject answer = ServiceJson.of(lively.reactiveRegistry().registration());
        lively.viewInUse().ifPresent(freshness -> answer.put("view", ServiceJson.of(freshness)));
        return Uni.createFrom().item(answer);
    }

    Uni<Object> services(ServiceQuery query) {
        return lively.reactiveRegistry().list(query).map(found -> new JsonArray(found.stream().map(ServiceJson::of).toList()));
    }

    Uni<Object> service(String uuid) {
        return lively.reactiveRegistry().find(uuid)
                .map(found -> ServiceJson.of(found.orElseThrow(() -> new UnknownServiceException(uuid))));
    }

    /** The newest first. */
    Uni<Object> history(String uuid) {
        return lively.reactiveRegistry().history(uuid)
                .map(history -> new JsonArray(history.stream().map(ServiceJson::of).toList()));
    }
}
