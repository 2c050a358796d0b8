package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** An etcd without space keeps who is UP, and lets nobody become it; but who stops is not UP any more. */
@NeedsProgram({ "etcd", "etcdctl" })
class NoSpaceIT {

    private static final String COMPLAINT = "it has no space left";

    @Test
    void whatCanBeDoneIsDone() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "1048576");
                DemoProcess lost = DemoProcess.start(etcd).awaitRegistered();
                DemoProcess stopped = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=stopped").awaitRegistered()) {
            fill(etcd);
            assertEquals(2, etcd.keys("/services/by-status/UP/").size());

            etcd.etcdctl("lease", "revoke", lost.get("/self").path("leaseId"));
            Measured revoked = Measured.fromNow();
            revoked.await("from the loss of the lease without space to LOST", Duration.ofSeconds(2),
                    () -> "LOST".equals(lost.state()) && lost.reason().contains(COMPLAINT));
            System.out.println(lost.state() + ": " + lost.reason());
            assertEquals("REGISTERED", stopped.state());

            Measured stop = Measured.fromNow();
            stopped.terminate();
            stop.await("from SIGTERM without space to not UP", Duration.ofSeconds(1),
                    () -> etcd.keys("/services/by-status/UP/").isEmpty());
            assertTrue(stopped.hasEndedWithin(Duration.ofSeconds(10)));
            assertEquals(List.of(), etcd.keys("/services/by-owner/"));
            assertTrue(stopped.log().contains(COMPLAINT), stopped.log());

            etcd.etcdctl("del", "filler");
            etcd.compact();
            etcd.etcdctl("defrag");
            etcd.etcdctl("alarm", "disarm");
            Measured disarmed = Measured.fromNow();
            disarmed.await("from space to REGISTERED", Duration.ofSeconds(2), () -> "REGISTERED".equals(lost.state()));
            assertEquals(List.of("/services/by-status/UP/" + lost.uuid()), etcd.keys("/services/by-status/UP/"));
        }
    }

    private static void fill(EtcdServer etcd) {
        String filler = "x".repeat(100_000);
        assertThrows(IllegalStateException.class, () -> {
            for (int i = 0; i < 100; i++) {
                etcd.etcdctl("put", "filler", filler);
            }
        });
        assertTrue(String.join("", etcd.etcdctl("alarm", "list")).contains("NOSPACE"));
    }
}
