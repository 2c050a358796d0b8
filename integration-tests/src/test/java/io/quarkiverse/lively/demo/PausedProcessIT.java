package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;
import io.restassured.path.json.JsonPath;

/** An application that is stopped for longer than its lease lives expires, knows it when it goes on, and comes back. */
@Execution(ExecutionMode.CONCURRENT)
class PausedProcessIT {

    @Test
    void itKnowsThatItWasAway() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            String uuid = demo.uuid();
            String deadLease = demo.get("/self").path("leaseId");
            demo.freeze();
            Measured frozen = Measured.fromNow();
            frozen.await("from SIGSTOP to not UP, TTL 5 s", DemoProcess.TTL.plusSeconds(1),
                    () -> etcd.keys("/services/by-status/UP/").isEmpty());
            Awaitility.await().pollDelay(DemoProcess.TTL.multipliedBy(3).minus(frozen.elapsed())).atMost(Duration.ofMinutes(1))
                    .until(() -> true);

            demo.thaw();
            Measured thawed = Measured.fromNow();
            thawed.await("from SIGCONT to REGISTERED", Duration.ofSeconds(2), () -> {
                JsonPath self = demo.get("/self").jsonPath();
                boolean registered = "REGISTERED".equals(self.getString("state"));
                assertEquals(false, registered && deadLease.equals(self.getString("leaseId")), self::prettify);
                return registered;
            });
            assertEquals(List.of("/services/by-status/UP/" + uuid), etcd.keys("/services/by-status/"));
            assertEquals(uuid, demo.uuid());
        }
    }
}
