package io.quarkiverse.lively.runtime.management;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;

/** What can be said of a service. What is not understood is refused: an end that is misspelt would last for ever. */
record ManagementWrites(LivelyLifecycle lively) {

    private static final List<String> NOTE = List.of("note");
    private static final List<String> WINDOW = List.of("note", "start", "end");

    Uni<Object> write(ManagementOperation operation, String uuid, JsonObject body) {
        ReactiveLivenessRegistry registry = lively.reactiveRegistry();
        Uni<ServiceRecord> written = switch (operation) {
            case DOWN -> registry.down(uuid, Maintenance.of(note(only(body, NOTE))));
            case MAINTENANCE -> registry.down(uuid, maintenance(only(body, WINDOW)));
            case UP -> {
                only(body, List.of());
                yield registry.up(uuid);
            }
            default -> throw new AssertionError(operation + " changes nothing");
        };
        return written.map(ServiceJson::of);
    }

    private static Maintenance maintenance(JsonObject body) {
        if (body.isEmpty()) {
            throw new InvalidServiceException("note", "a maintenance needs a note, a start or an end");
        }
        return new Maintenance(note(body), time(body, "start"), time(body, "end"));
    }

    private static JsonObject only(JsonObject body, List<String> fields) {
        Set<String> given = body.fieldNames();
        given.stream().filter(name -> !fields.contains(name)).findFirst().ifPresent(name -> {
            throw new InvalidServiceException(name, "there is no field '" + name + "'; there are " + fields);
        });
        return body;
    }

    private static String note(JsonObject body) {
        return text(body, "note").orElse("");
    }

    private static Optional<Instant> time(JsonObject body, String field) {
        return text(body, field).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new InvalidServiceException(field, "the " + field + " must be a time such as 2030-01-01T00:00:00Z");
            }
        });
    }

    private static Optional<String> text(JsonObject body, String field) {
        Object value = body.getValue(field);
        if (value != null && !(value instanceof String)) {
            throw new InvalidServiceException(field, "the " + field + " must be a text");
        }
        return Optional.ofNullable((String) value);
    }
}
