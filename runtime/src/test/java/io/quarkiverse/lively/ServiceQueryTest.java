package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.Records;

/** {@code with…} replaces a filter, {@code and…} adds to it. */
class ServiceQueryTest {

    private static final ServiceQuery QUERY = ServiceQuery.ofTypes("orders").andHosts("h1").andRegions("eu").andUuids("u")
            .andLiveness(Liveness.UP).andMetadata("zone", "a");

    @Test
    void withReplaces() {
        ServiceQuery replaced = QUERY.withTypes("queue").withHosts("h2").withRegions("us").withUuids("v")
                .withLiveness(Liveness.DOWN).withMetadata(Map.of("tier", "gold"));
        assertEquals(new ServiceQuery(Set.of("v"), Set.of("queue"), Set.of("h2"), Set.of("us"), Set.of(Liveness.DOWN),
                Map.of("tier", "gold")), replaced);
        assertEquals(ServiceQuery.all(), QUERY.withTypes().withHosts().withRegions().withUuids().withLiveness()
                .withMetadata(Map.of()));
    }

    @Test
    void andAdds() {
        ServiceQuery wider = QUERY.andTypes("queue").andHosts("h2").andRegions("us").andUuids("v").andLiveness(Liveness.DOWN)
                .andMetadata("tier", "gold");
        assertEquals(new ServiceQuery(Set.of("u", "v"), Set.of("orders", "queue"), Set.of("h1", "h2"), Set.of("eu", "us"),
                Set.of(Liveness.UP, Liveness.DOWN), Map.of("zone", "a", "tier", "gold")), wider);
    }

    @Test
    void aServiceMustHaveAllOfTheMetadata() {
        ServiceDefinition service = ServiceDefinition.of("orders", "h1");
        ServiceQuery both = ServiceQuery.ofMetadata("zone", "a").andMetadata("tier", "gold");
        assertTrue(both.matches(Records.of(service.withMetadata(Map.of("zone", "a", "tier", "gold", "more", "x")))));
        assertFalse(both.matches(Records.of(service.withMetadata(Map.of("zone", "a")))));
        assertFalse(both.matches(Records.of(service.withMetadata(Map.of("zone", "b", "tier", "gold")))));
        assertFalse(both.matches(Records.of(service)));
    }
}
