package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** An argument that is null is named, wherever it is. */
class NullIsRefusedTest {

    private static final ServiceDefinition SERVICE = ServiceDefinition.of("type", "host");

    @Test
    void inADefinition() {
        refused("type", () -> ServiceDefinition.of(null, "host"));
        refused("host", () -> ServiceDefinition.of("type", null));
        refused("uuid", () -> SERVICE.withUuid(null));
        refused("region", () -> SERVICE.withRegion(null));
        refused("status", () -> SERVICE.withStatus(null));
        refused("maintenance", () -> SERVICE.withMaintenance(null));
        refused("endpoint", () -> SERVICE.withEndpoint(null));
        refused("metadata", () -> SERVICE.withMetadata(null));
        refused("metadata: the value of 'zone' is null",
                () -> SERVICE.withMetadata(Collections.singletonMap("zone", null)));
        refused("metadata: a name is null", () -> SERVICE.withMetadata(Collections.singletonMap(null, "a")));
    }

    @Test
    void inAMaintenanceAnEndpointAndAStatus() {
        refused("note", () -> Maintenance.of(null));
        refused("start", () -> Maintenance.of("").from(null));
        refused("end", () -> Maintenance.of("").until(null));
        refused("address", () -> new Endpoint(null, 80, false));
        refused("name", () -> Status.of(null));
    }

    @Test
    void inAQuery() {
        refused("types", () -> ServiceQuery.ofTypes((String[]) null));
        refused("types", () -> ServiceQuery.ofTypes("orders", null));
        refused("hosts", () -> ServiceQuery.ofHosts((String) null));
        refused("regions", () -> new ServiceQuery(Set.of(), Set.of(), Set.of(), null, Set.of(), Map.of()));
        refused("liveness", () -> ServiceQuery.ofLiveness((Liveness) null));
        refused("name", () -> ServiceQuery.ofMetadata(null, "a"));
        refused("value", () -> ServiceQuery.ofMetadata("zone", null));
    }

    private static void refused(String parameter, Executable call) {
        assertEquals(parameter, assertThrows(NullPointerException.class, call).getMessage());
    }
}
