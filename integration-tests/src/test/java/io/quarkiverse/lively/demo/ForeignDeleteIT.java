package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** Somebody deletes all keys of an application, which puts them back. */
class ForeignDeleteIT {

    @Test
    void allKeysAreBackAtOnce() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            List<String> keys = etcd.keys("/services/");

            Measured deleted = Measured.fromNow();
            assertEquals(keys.size(), etcd.keys().delete("/services/"));
            deleted.await("from the deletion of all keys to all back", Duration.ofSeconds(1),
                    () -> keys.equals(etcd.keys("/services/")));
            assertEquals("REGISTERED", demo.state());
            assertEquals("true", demo.get("/up", "uuid", demo.uuid()).asString());
        }
    }
}
