package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A value that cannot be is refused where it is first given, naming the field. */
class InvalidValueTest {

    @Test
    void inAnEndpoint() {
        refused("address", () -> new Endpoint("", 80, false));
        refused("address", () -> new Endpoint(" ", 80, false));
        for (int port : new int[] { -1, 0, 65_536 }) {
            refused("port", () -> new Endpoint("host", port, false));
        }
        assertEquals(65_535, new Endpoint("host", 65_535, false).port());
    }

    @Test
    void inAQuery() {
        refused("uuid", () -> ServiceQuery.ofUuids(""));
        refused("type", () -> ServiceQuery.all().andTypes("orders", ""));
        refused("host", () -> ServiceQuery.ofHosts(""));
        refused("region", () -> ServiceQuery.ofRegions(""));
    }

    @Test
    void inAStatus() {
        assertEquals(Status.DOWN, Status.of("down"));
        refused("status", () -> Status.of("SIDEWAYS"));
    }

    private static void refused(String field, Executable call) {
        assertEquals(field, assertThrows(InvalidServiceException.class, call).field());
    }
}
