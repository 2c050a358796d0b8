package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkus.test.QuarkusUnitTest;

/** The interactive example of os-lively's README, step by step, with the answers that are given there. */
@ExtendWith(RealEtcd.class)
class OsLivelyExampleTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.registration.enabled", "false");

    @Inject
    LivenessRegistry registry;

    @Test
    void theSameStepsGetTheSameAnswers() {
        ServiceDefinition d1 = ServiceDefinition.of("nova-conductor", "otherhost").withUuid("3b059e33bbc44bc8b0d37df6e8d70223")
                .withRegion("us-west").withStatus(Status.UP);
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        ServiceDefinition d2 = ServiceDefinition.of("nova-compute", "localhost").withUuid("de541c29ec5449e9ab9cea9d938e395c")
                .withRegion("us-east").withStatus(Status.DOWN)
                .withMaintenance(Maintenance.of("Failed disk /dev/sda").from(tomorrow));
        // service.update(cfg, s1) -> (True, [])
        ServiceRecord s1 = registry.update(d1, 0);
        // service.update(cfg, s2) -> (True, [None])
        ServiceRecord s2 = registry.update(d2, 0);

        // service.is_up(cfg, uuid=s1.uuid) -> True
        assertTrue(registry.isUp(s1.uuid()));
        // service.is_up(cfg, uuid=s2.uuid) -> False
        assertFalse(registry.isUp(s2.uuid()));
        // service.is_up(cfg, type=s1.type, host=s1.host) -> True
        assertTrue(registry.isUp(s1.type(), s1.host()));
        // service.is_up(cfg, type=s2.type, host=s2.host) -> False
        assertFalse(registry.isUp(s2.type(), s2.host()));

        // for s in service.get_many(cfg, region='us-east'): print s.uuid -> de541c29ec5449e9ab9cea9d938e395c
        assertEquals(List.of("de541c29ec5449e9ab9cea9d938e395c"), uuids(ServiceQuery.ofRegions("us-east")));

        // the key structure, but for by-owner, by-state and history
        assertEquals(List.of("/services/by-region/us-east/de541c29ec5449e9ab9cea9d938e395c",
                "/services/by-region/us-west/3b059e33bbc44bc8b0d37df6e8d70223",
                "/services/by-status/DOWN/de541c29ec5449e9ab9cea9d938e395c",
                "/services/by-status/UP/3b059e33bbc44bc8b0d37df6e8d70223",
                "/services/by-type-host/nova-compute/localhost",
                "/services/by-type-host/nova-conductor/otherhost",
                "/services/by-uuid/3b059e33bbc44bc8b0d37df6e8d70223",
                "/services/by-uuid/de541c29ec5449e9ab9cea9d938e395c"), keysOfOsLively());

        // service.get_one(cfg, uuid=s1.uuid) -> uuid, type, host, region
        ServiceRecord one = registry.find(s1.uuid()).orElseThrow();
        assertEquals("3b059e33bbc44bc8b0d37df6e8d70223 nova-conductor otherhost us-west",
                String.join(" ", one.uuid(), one.type(), one.host(), one.region()));
        assertEquals(Optional.of(Maintenance.of("Failed disk /dev/sda").from(tomorrow)),
                registry.find(s2.uuid()).orElseThrow().maintenance());

        // service.delete(cfg, uuid=s1.uuid) -> (True, [])
        assertTrue(registry.delete(s1.uuid()).isPresent());
        // service.get_one(cfg, uuid=s1.uuid) -> None
        assertEquals(Optional.empty(), registry.find(s1.uuid()));
        // service.is_up(cfg, uuid=s1.uuid) -> False
        assertFalse(registry.isUp(s1.uuid()));
    }

    private List<String> uuids(ServiceQuery query) {
        return registry.list(query).stream().map(ServiceRecord::uuid).toList();
    }

    private static List<String> keysOfOsLively() {
        return RealEtcd.keys().all("/").stream()
                .filter(key -> !key.startsWith("/services/by-state/") && !key.startsWith("/services/history/")).toList();
    }
}
