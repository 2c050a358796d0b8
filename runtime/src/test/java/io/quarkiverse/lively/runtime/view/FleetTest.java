package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.store.NameChange;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/** The indexes of a fleet, whichever way it came about. */
class FleetTest {

    private static final Instant NOW = Instant.EPOCH;

    @Test
    void ofSeveralWithOneNameTheOneThatTheRegistryNamesIsFound() {
        Fleet fleet = Fleet.EMPTY.with("a", service("a", 0, 0, 1), NOW, NOW).with("b", service("b", 0, 0, 2), NOW, NOW);
        assertEquals("b", fleet.find("t0", "h0").uuid(), "it changed last");
        Fleet held = fleet.withHolder("t0", "h0", Optional.of("a"));
        assertEquals("a", held.find("t0", "h0").uuid());
        assertEquals(2, held.list(ServiceQuery.ofTypes("t0").withHosts("h0")).size(), "both have it");
        Fleet alone = held.with("b", Optional.empty(), NOW, NOW);
        assertEquals("a", alone.find("t0", "h0").uuid());
        assertNull(alone.with("a", Optional.empty(), NOW, NOW).find("t0", "h0"));
    }

    @Test
    void toFindOneOfSeveralAllocatesNothing() {
        Fleet unnamed = Fleet.EMPTY.with("a", service("a", 0, 0, 2), NOW, NOW).with("b", service("b", 0, 0, 1), NOW, NOW);
        Fleet named = unnamed.withHolder("t0", "h0", Optional.of("b"));
        int[] found = { 0 };
        long allocated = Allocated.by(() -> {
            for (int i = 0; i < 100_000; i++) {
                found[0] += unnamed.find("t0", "h0").uuid().equals("a") && named.find("t0", "h0").uuid().equals("b") ? 1 : 0;
            }
        });
        assertTrue(allocated < 1_000, allocated + " bytes in 200,000 calls");
        assertEquals(200_000, found[0]);
    }

    @Test
    void whatAListDoesNotNameIsNamedByNobody() {
        Fleet fleet = Fleet.EMPTY.with("a", service("a", 0, 0, 1), NOW, NOW).with("b", service("b", 0, 0, 2), NOW, NOW)
                .with("c", service("c", 1, 1, 3), NOW, NOW).withHolder("t0", "h0", Optional.of("a"))
                .withHolder("t1", "h1", Optional.of("c")).withHolder("t2", "h2", Optional.of("gone"));
        Fleet listed = fleet.withHoldersOf(
                new RegistryChanges(9, List.of(), List.of(new NameChange("t1", "h1", Optional.of("c")))));
        assertEquals("b", listed.find("t0", "h0").uuid(), "it changed last");
        assertEquals("c", listed.find("t1", "h1").uuid());
        assertNull(listed.types().get("t2"), "nothing is left of it");
        assertEquals(3, listed.list(ServiceQuery.all()).size());
    }

    @Test
    void aFleetOfAListIsTheOneThatComesAboutStepByStep() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, ServiceRecord> services = new TreeMap<>();
        Map<String, NameChange> names = new TreeMap<>();
        Fleet stepByStep = Fleet.EMPTY;
        for (int i = 0; i < 3_000; i++) {
            String uuid = "u" + random.nextInt(200);
            int type = random.nextInt(5);
            int host = random.nextInt(40);
            if (random.nextInt(3) == 0) {
                services.remove(uuid);
                stepByStep = stepByStep.with(uuid, Optional.empty(), NOW, NOW);
            } else {
                services.put(uuid, service(uuid, type, host, i).orElseThrow());
                stepByStep = stepByStep.with(uuid, Optional.of(services.get(uuid)), NOW, NOW);
            }
            NameChange name = new NameChange("t" + type, "h" + host,
                    random.nextInt(4) == 0 ? Optional.empty() : Optional.of("u" + random.nextInt(200)));
            names.put(name.type() + name.host(), name);
            stepByStep = stepByStep.withHolder(name.type(), name.host(), name.holder());
        }
        List<ServiceChange> changes = new ArrayList<>();
        services.forEach((uuid, service) -> changes.add(new ServiceChange(uuid, Optional.of(service), Reason.UNKNOWN)));
        Fleet listed = Fleet.of(new RegistryChanges(1, changes, List.copyOf(names.values())), NOW);
        assertSame(stepByStep, listed, seed);
        assertEquals(List.copyOf(services.values()), listed.list(ServiceQuery.all()), "seed " + seed);
    }

    private static void assertSame(Fleet expected, Fleet actual, long seed) {
        for (int type = 0; type < 5; type++) {
            for (int host = 0; host < 40; host++) {
                assertEquals(expected.find("t" + type, "h" + host), actual.find("t" + type, "h" + host), "seed " + seed);
            }
            assertEquals(expected.list(ServiceQuery.ofTypes("t" + type)), actual.list(ServiceQuery.ofTypes("t" + type)),
                    "seed " + seed);
            assertEquals(expected.list(ServiceQuery.ofRegions("r" + type)), actual.list(ServiceQuery.ofRegions("r" + type)),
                    "seed " + seed);
        }
        for (int i = 0; i < 200; i++) {
            assertEquals(expected.find("u" + i), actual.find("u" + i), "seed " + seed);
            assertEquals(expected.seenAt("u" + i), actual.seenAt("u" + i), "seed " + seed);
        }
    }

    private static Optional<ServiceRecord> service(String uuid, int type, int host, long revision) {
        return Optional.of(new ServiceRecord(uuid, "t" + type, "h" + host, "r" + type, Status.UP, Optional.empty(),
                Optional.empty(), Map.of(), false, Liveness.EXPIRED, Reason.EXPIRED, Optional.empty(), revision));
    }
}
