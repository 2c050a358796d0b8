package io.quarkiverse.lively.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.UUID;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.LivelySettings;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkus.runtime.LaunchMode;

/** How an application is called if its configuration does not say all of it. */
class ServiceNamesTest {

    private static final Configured INVENTORY = Configured.nothing().with("service.host", "node-1");

    @Test
    void defaults() {
        ServiceIdentity identity = identity(Configured.nothing());
        assertEquals("inventory", identity.type());
        assertEquals(LivelySettings.hostName(), identity.host());
        assertEquals("default", identity.region());
    }

    @Test
    void hostInTestsAndInDevMode() {
        assertEquals(LivelySettings.hostName() + "-test",
                Configured.nothing().settings(LaunchMode.TEST).registrar().identity().host());
        assertEquals("node-1", INVENTORY.settings(LaunchMode.TEST).registrar().identity().host());
        assertEquals("node-1", INVENTORY.settings(LaunchMode.DEVELOPMENT).registrar().identity().host());
    }

    @Test
    void configured() {
        assertEquals(new ServiceIdentity("one", "orders", "node-1", "eu"), identity(
                INVENTORY.with("service.uuid", "one").with("service.type", "orders").with("service.region", "eu")));
    }

    /** Data in etcd depend on it: the values were computed with the {@code uuid5} of another language. */
    @Test
    void derivedUuidNeverChanges() {
        assertEquals("86de9778-a161-50f2-ab02-2abfef7f94d5", identity(INVENTORY).uuid());
        assertEquals("0de1e303-cb18-5f36-a0c5-3f41dfbd6246", identity(INVENTORY.with("etcd.key-namespace", "ns")).uuid());
        UUID uuid = UUID.fromString(identity(INVENTORY).uuid());
        assertEquals(5, uuid.version());
        assertEquals(2, uuid.variant());
    }

    @Test
    void derivedUuidFollowsTheNamesAndNothingElse() {
        String uuid = identity(INVENTORY).uuid();
        assertEquals(uuid, identity(INVENTORY.with("service.region", "eu").with("service.port", "1")
                .with("status-ttl", "5").with("etcd.endpoints", "http://other:1")).uuid());
        assertNotEquals(uuid, identity(INVENTORY.with("service.type", "orders")).uuid());
        assertNotEquals(uuid, identity(INVENTORY.with("service.host", "node-2")).uuid());
        assertNotEquals(uuid, identity(INVENTORY.with("etcd.key-namespace", "ns")).uuid());
    }

    /** It is the same registry: leading slashes do not count in its keys. */
    @Test
    void derivedUuidIsTheSameForTwoSpellingsOfOneNamespace() {
        assertEquals(identity(INVENTORY.with("etcd.key-namespace", "ns")).uuid(),
                identity(INVENTORY.with("etcd.key-namespace", "/ns")).uuid());
    }

    private static ServiceIdentity identity(Configured configured) {
        return configured.settings().registrar().identity();
    }
}
