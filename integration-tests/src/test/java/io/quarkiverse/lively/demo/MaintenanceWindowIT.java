package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;

/** A maintenance begins and ends on time, even if the application is started anew in the middle of it. */
@Execution(ExecutionMode.CONCURRENT)
class MaintenanceWindowIT {

    private static final Duration PUNCTUAL = Duration.ofSeconds(1);

    @AutoClose
    private final EtcdServer etcd = EtcdServer.started();

    @Test
    void itOutlivesARestart() throws InterruptedException {
        Instant start;
        Instant end;
        String uuid;
        try (DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            uuid = demo.uuid();
            start = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(4);
            end = start.plusSeconds(14);
            demo.request().body(Map.of("start", start.toString(), "end", end.toString(), "note", "disk"))
                    .put("/services/" + uuid + "/down").then().statusCode(200);
            assertTrue(isUp());
            happens("the beginning of the maintenance", start, false);
            awaitHeld(demo);
            demo.terminate();
            assertTrue(demo.hasEndedWithin(Duration.ofSeconds(5)));
        }
        try (DemoProcess restarted = DemoProcess.start(etcd)) {
            awaitHeld(restarted);
            assertTrue(restarted.reason().contains("disk"), restarted.reason());
            assertFalse(isUp());
            assertTrue(Instant.now().isBefore(end), "the restart was too slow for this test");
            happens("the end of the maintenance", end, true);
            assertEquals(uuid, restarted.uuid());
            assertEquals("REGISTERED", restarted.awaitRegistered().state());
        }
    }

    /** etcd has it before the process has heard so. */
    private static void awaitHeld(DemoProcess demo) {
        Awaitility.await("held").atMost(DemoProcess.TTL).until(() -> "HELD_DOWN".equals(demo.state()));
    }

    /** Waits until it is UP, or not, which it is to be from then on. */
    private void happens(String what, Instant promised, boolean up) {
        Awaitility.await(what).atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20)).until(() -> isUp() == up);
        Duration late = Duration.between(promised, Instant.now());
        System.out.printf("%s: %d ms late (promised: %d ms)%n", what, late.toMillis(), PUNCTUAL.toMillis());
        assertFalse(late.isNegative(), "not before it is time");
        assertTrue(late.compareTo(PUNCTUAL.plus(Measured.SLACK)) <= 0, "not too late");
    }

    private boolean isUp() {
        return !etcd.keys("/services/by-status/UP/").isEmpty();
    }
}
