package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** Whoever takes the keys of an application away, and however, it puts them back, and is the same service. */
class LostKeysIT {

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess demo;

    private String uuid;
    private List<String> keys;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd);
    }

    @BeforeEach
    void look() {
        uuid = demo.awaitRegistered().uuid();
        keys = etcd.keys("/services/");
    }

    @Test
    void somebodyDeletesThem() {
        Measured deleted = Measured.fromNow();
        assertEquals(keys.size(), etcd.keys().delete("/services/"));
        deleted.await("from the deletion of all keys to all back", Duration.ofSeconds(1),
                () -> keys.equals(etcd.keys("/services/")));
        assertEquals("REGISTERED", demo.state());
        assertIsAsBefore();
    }

    @Test
    void somebodyRevokesTheLease() {
        String lease = demo.get("/self").path("leaseId");
        Measured revoked = Measured.fromNow();
        etcd.leases().revoke(lease);
        revoked.await("from the revocation to UP in etcd", Duration.ofSeconds(1),
                () -> etcd.keys("/services/by-status/").equals(List.of("/services/by-status/UP/" + uuid)));
        revoked.await("from the revocation to REGISTERED under another lease", Duration.ofSeconds(1),
                () -> "REGISTERED".equals(demo.state()) && !lease.equals(demo.get("/self").path("leaseId")));
        assertIsAsBefore();
    }

    /** It begins again at revision 1. */
    @Test
    void etcdLosesAllItsData() {
        etcd.wipe();
        etcd.start();
        Measured wiped = Measured.fromNow();
        wiped.await("from the return of a wiped etcd to all keys back, TTL 5 s", DemoProcess.TTL,
                () -> keys.equals(etcd.keys("/services/")));
        wiped.await("from the return of a wiped etcd to REGISTERED, TTL 5 s", DemoProcess.TTL,
                () -> "REGISTERED".equals(demo.state()));

        // It hears of what others do, though the revisions are lower than before.
        etcd.keys().delete("/services/by-");
        Measured deleted = Measured.fromNow();
        deleted.await("from a deletion in a wiped etcd to all keys back", Duration.ofSeconds(1),
                () -> keys.equals(etcd.keys("/services/")));
        assertIsAsBefore();
    }

    private void assertIsAsBefore() {
        assertEquals(keys, etcd.keys("/services/"));
        assertEquals(uuid, demo.uuid());
        assertEquals("true", demo.get("/up", "uuid", uuid).asString());
    }
}
