package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceAdded;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.test.Records;

/** In JSON, {@code kind} tells the events apart, and only the fields of that kind are there. */
class EventJsonTest {

    private static final ObjectMapper JSON = new ObjectMapper().registerModules(new Jdk8Module(), new JavaTimeModule());
    /** A record says {@code up} beside its components. */
    private static final ObjectMapper LENIENT = JSON.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    @Test
    void eachIsReadAsItWasWritten() throws Exception {
        ServiceDefinition definition = ServiceDefinition.of("orders", "h1").withUuid("u")
                .withMaintenance(Maintenance.of("disk")).withEndpoint(new Endpoint("10.0.0.1", 80, true))
                .withMetadata(Map.of("zone", "a"));
        ServiceRecord up = Records.of(definition, Liveness.UP);
        ServiceRecord expired = Records.of(definition, Liveness.EXPIRED);
        Map<String, LivenessEvent> events = Map.of(
                "SNAPSHOT", new ServiceSnapshot(up, 1, Instant.EPOCH),
                "SNAPSHOT_END", new SnapshotEnd(1, Instant.EPOCH),
                "ADDED", new ServiceAdded(up, Reason.REGISTERED, 2, Instant.EPOCH, 1),
                "CHANGED", new ServiceChanged(up, expired, Reason.EXPIRED, 3, Instant.EPOCH, 2),
                "REMOVED", new ServiceRemoved(expired, Reason.UNKNOWN, 4, Instant.EPOCH, 1),
                "RESYNCED", new Resynced(5, Instant.EPOCH));
        for (Map.Entry<String, LivenessEvent> event : events.entrySet()) {
            String json = JSON.writeValueAsString(event.getValue());
            assertEquals(event.getKey(), JSON.readTree(json).get("kind").textValue());
            assertEquals(event.getKey(), event.getValue().kind());
            assertEquals(event.getValue(), LENIENT.readValue(json, LivenessEvent.class));
        }
    }

    /** A collection does not say of which type its elements are. */
    @Test
    void aCollectionKeepsTheKindOfEach() throws Exception {
        List<LivenessEvent> events = List.of(new SnapshotEnd(1, Instant.EPOCH), new Resynced(2, Instant.EPOCH));
        String json = JSON.writeValueAsString(events);
        assertEquals(events, List.of(JSON.readValue(json, LivenessEvent[].class)));
    }

    @Test
    void itHasNoOtherFields() throws Exception {
        JsonNode end = JSON.valueToTree(new SnapshotEnd(1, Instant.EPOCH));
        assertEquals(List.of("at", "kind", "revision"), names(end));
        JsonNode removed = JSON.valueToTree(new ServiceRemoved(Records.of(ServiceDefinition.of("orders", "h1")),
                Reason.UNKNOWN, 4, Instant.EPOCH, 1));
        assertEquals(List.of("at", "coalesced", "kind", "reason", "revision", "service"), names(removed));
    }

    private static List<String> names(JsonNode json) {
        return json.properties().stream().map(Map.Entry::getKey).sorted().toList();
    }
}
