package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** An application that died without a word is the same service when it is back, even if nobody noticed. */
class CrashIT {

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
