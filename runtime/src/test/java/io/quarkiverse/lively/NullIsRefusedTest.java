package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a caller left out is named, wherever it was left out. */
class NullIsRefusedTest {

    @Test
    void inARecord() {
        refused("type", () -> ServiceRecord.builder(null, "host").build());
        refused("host", () -> ServiceRecord.builder("type", null).build());
        refused("uuid", () -> ServiceRecord.builder("type", "host").uuid(null).build());
        refused("region", () -> ServiceRecord.builder("type", "host").region(null).build());
        refused("status", () -> ServiceRecord.builder("type", "host").status(null).build());
        refused("metadata", () -> ServiceRecord.builder("type", "host").metadata(null).build());
        refused("metadata", () -> ServiceRecord.builder("type", "host")
                .metadata(Collections.singletonMap("zone", null)).build());
    }

    @Test
    void inAMaintenanceAndAnEndpoint() {
        refused("note", () -> Maintenance.of(null));
        refused("start", () -> Maintenance.of("").from(null));
        refused("end", () -> Maintenance.of("").until(null));
        refused("address", () -> new Endpoint(null, 80, false));
    }

    @Test
    void inAQuery() {
        refused("type", () -> ServiceQuery.types((String[]) null));
        refused("type", () -> ServiceQuery.types("orders", null));
        refused("host", () -> ServiceQuery.hosts((String) null));
        refused("region", () -> new ServiceQuery(Set.of(), Set.of(), Set.of(), null, Set.of()));
        refused("liveness", () -> ServiceQuery.liveness((Liveness) null));
        refused("uuid", () -> ServiceQuery.uuids(""));
    }

    private static void refused(String field, Executable call) {
        assertEquals(field, assertThrows(InvalidServiceException.class, call).field());
    }
}
