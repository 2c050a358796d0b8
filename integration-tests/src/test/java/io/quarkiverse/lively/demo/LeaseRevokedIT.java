package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** Somebody revokes the lease of an application, which is registered again under another one. */
class LeaseRevokedIT {

    @Test
    void itIsRegisteredAgainAtOnce() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            String uuid = demo.uuid();
            String lease = demo.get("/self").path("leaseId");

            Measured revoked = Measured.fromNow();
            etcd.leases().revoke(lease);
            revoked.await("from the revocation to UP in etcd", Duration.ofSeconds(1),
                    () -> etcd.keys("/services/by-status/").equals(List.of("/services/by-status/UP/" + uuid)));
            revoked.await("from the revocation to REGISTERED under another lease", Duration.ofSeconds(1),
                    () -> "REGISTERED".equals(demo.state()) && !lease.equals(demo.get("/self").path("leaseId")));
            assertEquals(uuid, demo.uuid());
            assertNotEquals(lease, demo.get("/self").path("leaseId"));
            assertEquals(List.of("/services/by-uuid/" + uuid), etcd.keys("/services/by-uuid/"));
        }
    }
}
