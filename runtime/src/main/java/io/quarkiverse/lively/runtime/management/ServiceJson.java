package io.quarkiverse.lively.runtime.management;

import java.util.LinkedHashMap;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Transition;
import io.vertx.core.json.JsonObject;

/** Records as JSON, under the names that they have in the API. What is empty is left out. */
final class ServiceJson {

    private ServiceJson() {
    }

    static JsonObject of(ServiceRecord service) {
        JsonObject json = new JsonObject().put("uuid", service.uuid()).put("type", service.type()).put("host", service.host())
                .put("region", service.region()).put("status", service.status().name())
                .put("liveness", service.liveness().name()).put("reason", service.reason().name())
                .put("owned", service.owned()).put("revision", service.revision());
        service.since().ifPresent(since -> json.put("since", since.toString()));
        service.maintenance().ifPresent(maintenance -> {
            JsonObject window = new JsonObject().put("note", maintenance.note());
            maintenance.start().ifPresent(start -> window.put("start", start.toString()));
            maintenance.end().ifPresent(end -> window.put("end", end.toString()));
            json.put("maintenance", window);
        });
        service.endpoint().ifPresent(endpoint -> json.put("endpoint", new JsonObject().put("address", endpoint.address())
                .put("port", endpoint.port()).put("secure", endpoint.secure())));
        return service.metadata().isEmpty() ? json
                : json.put("metadata", new JsonObject(new LinkedHashMap<>(service.metadata())));
    }

    static JsonObject of(Transition transition) {
        JsonObject json = new JsonObject().put("since", transition.since().toString())
                .put("status", transition.status().name()).put("reason", transition.reason().name())
                .put("by", transition.by());
        transition.note().ifPresent(note -> json.put("note", note));
        return json;
    }

    static JsonObject of(Registration registration) {
        JsonObject json = new JsonObject().put("state", registration.state().name())
                .put("since", registration.since().toString()).put("reason", registration.reason())
                .put("service", of(registration.record()));
        registration.lease().ifPresent(lease -> json.put("lease", new JsonObject().put("id", lease.id())
                .put("ttlSeconds", lease.ttl().toSeconds()).put("remainingMillis", lease.remaining().toMillis())));
        registration.fencingToken().ifPresent(token -> json.put("fencingToken", token));
        return json;
    }

    /** While it is LOADING it has no age. */
    static JsonObject of(Freshness freshness) {
        JsonObject json = new JsonObject().put("state", freshness.state().name()).put("revision", freshness.revision());
        freshness.asOf().ifPresent(asOf -> json.put("asOf", asOf.toString()));
        freshness.age().ifPresent(age -> json.put("ageMillis", age.toMillis()));
        return json;
    }
}
