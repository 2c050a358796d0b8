package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** DOWN is in etcd while the application still serves, and the process ends in time whatever etcd does. */
class StopIT {

    private static final Duration PROMISED = Duration.ofSeconds(5);

    private EtcdServer etcd;
    private DemoProcess demo;
    private String uuid;

    @BeforeEach
    void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd, "-Dquarkus.shutdown.delay=2S").awaitRegistered();
        uuid = demo.uuid();
    }

    @AfterEach
    void end() {
        demo.close();
        etcd.close();
    }

    @Test
    void downComesFirst() throws InterruptedException {
        Measured stop = Measured.fromNow();
        demo.terminate();
        stop.await("from SIGTERM to DOWN in etcd", Duration.ofSeconds(1),
                () -> etcd.keys("/services/by-status/UP/").isEmpty());
        assertEquals(List.of("/services/by-status/DOWN/" + uuid), etcd.keys("/services/by-status/"));
        assertEquals(List.of(), etcd.keys("/services/by-owner/"));
        assertTrue(demo.listens(), "it serves while it is DOWN");
        assertEquals("DOWN", demo.get("/self").path("status"));
        assertEquals(503, demo.get("/q/health/ready").statusCode());

        assertTrue(demo.hasEndedWithin(PROMISED.plusSeconds(5)));
        stop.check("from SIGTERM to the end", PROMISED);
        assertEquals(List.of("/services/by-uuid/" + uuid), etcd.keys("/services/by-uuid/"), "the record stays");
        assertEquals(List.of("found 0 leases"), etcd.etcdctl("lease", "list"));
    }

    @Test
    void anEtcdThatWasKilledDoesNotHoldItUp() throws InterruptedException {
        etcd.kill();
        endsInTime("with a dead etcd");
    }

    @Test
    void anEtcdThatIsFrozenDoesNotHoldItUp() throws InterruptedException {
        etcd.freeze();
        endsInTime("with a frozen etcd");
        etcd.thaw();
        Awaitility.await("it expires").atMost(DemoProcess.TTL.plusSeconds(5))
                .until(() -> etcd.keys("/services/by-status/UP/").isEmpty());
    }

    private void endsInTime(String how) throws InterruptedException {
        Measured stop = Measured.fromNow();
        demo.terminate();
        assertTrue(demo.hasEndedWithin(PROMISED.plusSeconds(5)));
        stop.check("from SIGTERM to the end, " + how, PROMISED);
        assertTrue(demo.log().contains("could not be published as DOWN"), demo.log());
    }
}
