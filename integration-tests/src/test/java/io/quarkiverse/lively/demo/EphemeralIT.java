package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;

/** Of an ephemeral application no key remains, whether it stops or dies. */
@Execution(ExecutionMode.CONCURRENT)
class EphemeralIT {

    @Test
    void nothingRemains() {
        try (EtcdServer etcd = EtcdServer.started();
                DemoProcess stopped = start(etcd, "a");
                DemoProcess killed = start(etcd, "b")) {
            stopped.awaitRegistered();
            String uuid = killed.awaitRegistered().uuid();
            Measured stop = Measured.fromNow();
            stopped.terminate();
            stop.await("from SIGTERM to no key", Duration.ofSeconds(1),
                    () -> etcd.keys("/").stream().allMatch(key -> key.contains(uuid) || key.endsWith("/b")));
            assertFalse(etcd.keys("/").isEmpty());

            Measured crash = Measured.fromNow();
            killed.kill();
            crash.await("from SIGKILL to no key, TTL 5 s", DemoProcess.TTL.plusSeconds(1), () -> etcd.keys("/").isEmpty());
            assertEquals(List.of(), etcd.keys(""));
        }
    }

    private static DemoProcess start(EtcdServer etcd, String host) {
        return DemoProcess.start(etcd, "-Dquarkus.lively.service.host=" + host,
                "-Dquarkus.lively.registration.ephemeral=true");
    }
}
