package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** An application that dies without a word is not UP after one TTL, and is the same service when it is back. */
class CrashIT {

    @Test
    void itExpiresAndComesBackAsTheSameService() {
        try (EtcdServer etcd = EtcdServer.started();
                DemoProcess watching = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=watching");
                DemoProcess crashing = DemoProcess.start(etcd).awaitRegistered()) {
            watching.awaitRegistered();
            String uuid = crashing.uuid();
            assertEquals("true", watching.get("/up", "uuid", uuid).asString());

            Measured crash = Measured.fromNow();
            crashing.kill();
            crash.await("from SIGKILL to not UP, TTL 5 s", DemoProcess.TTL.plusSeconds(1),
                    () -> !etcd.keys("/services/by-status/UP/").contains("/services/by-status/UP/" + uuid));
            assertEquals("false", watching.get("/up", "uuid", uuid).asString());
            assertEquals("EXPIRED", watching.get("/services/" + uuid).path("liveness"));
            assertEquals(List.of("/services/by-uuid/" + uuid), etcd.keys("/services/by-uuid/" + uuid), "the record stays");

            try (DemoProcess restarted = DemoProcess.start(etcd)) {
                Measured restart = Measured.fromNow();
                restart.await("from listening to UP after a crash", Duration.ofSeconds(1),
                        () -> "true".equals(watching.get("/up", "uuid", uuid).asString()));
                assertEquals(uuid, restarted.uuid());
            }
        }
    }

    @Test
    void aRestartBeforeTheLeaseRanOutIsUpAtOnceToo() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess crashing = DemoProcess.start(etcd).awaitRegistered()) {
            String uuid = crashing.uuid();
            List<String> incarnation = etcd.keys().entries("/services/by-owner/" + uuid);
            crashing.kill();
            try (DemoProcess restarted = DemoProcess.start(etcd, crashing.port())) {
                Measured restart = Measured.fromNow();
                restart.await("from listening to UP under a new claim", Duration.ofSeconds(1),
                        () -> !incarnation.equals(etcd.keys().entries("/services/by-owner/" + uuid)));
                assertEquals("true", restarted.awaitRegistered().get("/up", "uuid", uuid).asString());
                assertEquals(uuid, restarted.uuid());
                assertFalse(restarted.log().contains(" WARN "),
                        "at the same address, it can only be itself: " + restarted.log());
            }
        }
    }
}
