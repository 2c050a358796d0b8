package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
            List<String> claim = etcd.keys().entries("/services/by-owner/" + uuid);
            crashing.kill();
            try (DemoProcess restarted = DemoProcess.start(etcd, crashing.port())) {
                Measured restart = Measured.fromNow();
                restart.await("from listening to UP under a new claim", Duration.ofSeconds(1), () -> {
                    List<String> now = etcd.keys().entries("/services/by-owner/" + uuid);
                    return now.size() == 1 && !now.equals(claim);
                });
                assertEquals("true", restarted.awaitRegistered().get("/up", "uuid", uuid).asString());
                assertEquals(uuid, restarted.uuid());
                restarted.request().get("/services/" + uuid + "/history").then().statusCode(200)
                        .body("reason[1]", equalTo("EXPIRED")).body("reason[2]", equalTo("REGISTERED"));
                assertEquals(List.of(), restarted.livelyLog().stream().filter(line -> line.contains(" WARN ")).toList(),
                        "at the same address, it can only be itself");
            }
        }
    }
}
