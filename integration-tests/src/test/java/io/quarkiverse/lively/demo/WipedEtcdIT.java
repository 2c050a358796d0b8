package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** An etcd that lost all its data, and begins again at revision 1, gets everything written again. */
class WipedEtcdIT {

    @Test
    void allKeysAreBack() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            List<String> keys = etcd.keys("/");
            String uuid = demo.uuid();
            etcd.wipe();
            etcd.start();
            Measured wiped = Measured.fromNow();
            wiped.await("from the return of a wiped etcd to all keys back, TTL 5 s", DemoProcess.TTL,
                    () -> keys.equals(etcd.keys("/")));
            wiped.await("from the return of a wiped etcd to REGISTERED, TTL 5 s", DemoProcess.TTL,
                    () -> "REGISTERED".equals(demo.state()));
            assertEquals(uuid, demo.uuid());

            // It hears of what others do, though the revisions are lower than before.
            etcd.keys().delete("/services/by-");
            Measured deleted = Measured.fromNow();
            deleted.await("from a deletion in a wiped etcd to all keys back", Duration.ofSeconds(1),
                    () -> keys.equals(etcd.keys("/")));
        }
    }
}
