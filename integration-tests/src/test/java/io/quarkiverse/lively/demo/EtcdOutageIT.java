package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** Without etcd the application lives on, and it is UP again without help once etcd is back. */
@Execution(ExecutionMode.CONCURRENT)
class EtcdOutageIT {

    private static final Duration LONGER_THAN_THE_TTL = DemoProcess.TTL.plusSeconds(2);

    @AutoClose
    private final EtcdServer etcd = EtcdServer.absent();

    @Test
    @NeedsProgram("etcd")
    void anEtcdThatIsKilledAndStartedAgain() {
        etcd.start();
        try (DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            String uuid = demo.uuid();
            etcd.kill();
            Awaitility.await("it knows").atMost(LONGER_THAN_THE_TTL).until(() -> "LOST".equals(demo.state()));
            demo.get("/up", "uuid", uuid).then().statusCode(503).header("Retry-After", "5");
            assertEquals(200, demo.get("/q/health/ready").statusCode(), "losing etcd does not drain a fleet");

            etcd.start();
            Measured outage = Measured.fromNow();
            outage.await("from etcd's return to REGISTERED", DemoProcess.TTL, () -> "REGISTERED".equals(demo.state()));
            assertEquals("true", demo.get("/up", "uuid", uuid).asString());
            staysUp(demo, uuid);
            saysSoInFewLines(demo);
        }
    }

    /** In production nothing else takes its place, whatever is configured. */
    @Test
    void anEtcdThatComesAfterTheApplication() {
        try (DemoProcess demo = DemoProcess.start(etcd, "-Dquarkus.lively.devservices.enabled=true",
                "-Dquarkus.lively.devservices.provider=embedded", "-Dquarkus.lively.devservices.port=" + etcd.port())) {
            Awaitility.await().until(() -> demo.reason().contains("127.0.0.1:" + etcd.port() + " cannot be reached"));
            assertEquals("STARTING", demo.state());
            assertEquals(200, demo.get("/q/health/ready").statusCode());
            assertFalse(demo.log().contains("Dev Services"), demo.log());
            etcd.start();
            Measured arrival = Measured.fromNow();
            arrival.await("from etcd's arrival to REGISTERED", DemoProcess.TTL, () -> "REGISTERED".equals(demo.state()));
            isUpUnderItsOwnLease(demo, demo.uuid());
        }
    }

    private void staysUp(DemoProcess demo, String uuid) {
        Awaitility.await("it stays UP").during(LONGER_THAN_THE_TTL).atMost(LONGER_THAN_THE_TTL.plusSeconds(5))
                .until(() -> "true".equals(demo.get("/up", "uuid", uuid).asString()) && "REGISTERED".equals(demo.state()));
        assertEquals(List.of("/services/by-status/UP/" + uuid), etcd.keys("/services/by-status/"));
    }

    /** So it stays UP for as long as that is renewed. */
    private void isUpUnderItsOwnLease(DemoProcess demo, String uuid) {
        Awaitility.await("its keys go away with its lease").atMost(DemoProcess.TTL).untilAsserted(() -> assertEquals(
                List.of("/services/by-owner/" + uuid, "/services/by-status/UP/" + uuid),
                etcd.leases().keys(demo.get("/self").path("leaseId"))));
        assertEquals("true", demo.get("/up", "uuid", uuid).asString());
    }

    private static void saysSoInFewLines(DemoProcess demo) {
        List<String> lines = demo.livelyLog().stream().filter(line -> line.contains(" WARN ")).toList();
        assertTrue(lines.stream().anyMatch(line -> line.contains("cannot be reached")), demo.log());
        assertTrue(lines.stream().anyMatch(line -> line.contains("is not registered any more")), demo.log());
        assertTrue(lines.stream().anyMatch(line -> line.contains("The view of the fleet is stale")), demo.log());
        assertEquals(3, lines.size(), demo.log());
        assertEquals(2, demo.livelyLog().stream().filter(line -> line.contains("Registered lively-demo")).count(), demo.log());
        assertTrue(demo.livelyLog().size() < 15, demo.log());
    }
}
