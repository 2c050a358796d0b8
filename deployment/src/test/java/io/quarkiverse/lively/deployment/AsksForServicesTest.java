package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkus.test.QuarkusUnitTest;

/** The fleet: this application, and services that another client wrote. */
@ExtendWith(RealEtcd.class)
class AsksForServicesTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.service.uuid", "own")
            .overrideRuntimeConfigKey("quarkus.lively.service.type", "inventory")
            .overrideRuntimeConfigKey("quarkus.lively.service.host", "node-1")
            .overrideRuntimeConfigKey("quarkus.lively.service.region", "eu");

    @Inject
    LivenessRegistry registry;

    @BeforeAll
    static void fleet() {
        try (Client etcd = Client.builder().endpoints(RealEtcd.url()).build()) {
            write(etcd, "up", "orders", "node-1", "us", Status.UP);
            put(etcd, "by-status/UP/up", ByteSequence.EMPTY);
            write(etcd, "down", "orders", "node-2", "eu", Status.DOWN);
            write(etcd, "expired", "orders", "node-3", "", Status.UP);
        }
    }

    @BeforeEach
    void registered() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
    }

    @Test
    void isUpByUuid() {
        assertTrue(registry.isUp("own"));
        assertTrue(registry.isUp("up"));
        assertFalse(registry.isUp("down"));
        assertFalse(registry.isUp("expired"));
        assertFalse(registry.isUp("unknown"));
    }

    @Test
    void isUpByTypeAndHost() {
        assertTrue(registry.isUp("inventory", "node-1"));
        assertTrue(registry.isUp("orders", "node-1"));
        assertFalse(registry.isUp("orders", "node-2"));
        assertFalse(registry.isUp("orders", "node-3"));
        assertFalse(registry.isUp("inventory", "node-2"));
    }

    @Test
    void find() {
        ServiceRecord own = registry.registration().record();
        assertEquals(Optional.of(own), registry.find("own"));
        assertEquals(Optional.of(own), registry.find("inventory", "node-1"));
        assertEquals("expired", registry.find("orders", "node-3").orElseThrow().uuid());
        assertEquals("default", registry.find("expired").orElseThrow().region());
        assertEquals(Optional.empty(), registry.find("unknown"));
        assertEquals(Optional.empty(), registry.find("inventory", "node-2"));
    }

    @Test
    void list() {
        assertListed(ServiceQuery.all(), "down", "expired", "own", "up");
        assertListed(ServiceQuery.ofUuids("up", "own", "unknown"), "own", "up");
        assertListed(ServiceQuery.ofTypes("orders"), "down", "expired", "up");
        assertListed(ServiceQuery.ofTypes("orders", "inventory", "unknown"), "down", "expired", "own", "up");
        assertListed(ServiceQuery.ofHosts("node-1"), "own", "up");
        assertListed(ServiceQuery.ofRegions("eu"), "down", "own");
        assertListed(ServiceQuery.ofRegions("default"), "expired");
        assertListed(ServiceQuery.ofLiveness(Liveness.UP), "own", "up");
        assertListed(ServiceQuery.ofLiveness(Liveness.DOWN, Liveness.EXPIRED), "down", "expired");
        assertListed(ServiceQuery.ofHosts("node-1").withTypes("orders").withRegions("us", "eu").withLiveness(Liveness.UP),
                "up");
        assertListed(ServiceQuery.ofUuids("own").withTypes("orders"));
        assertListed(ServiceQuery.ofTypes("unknown"));
    }

    @Test
    void namesThatCannotExist() {
        assertRefused("uuid", () -> registry.isUp(""));
        assertRefused("uuid", () -> registry.find("a/b"));
        assertRefused("type", () -> registry.isUp("a/b", "node-1"));
        assertRefused("host", () -> registry.find("orders", "node\n1"));
        assertRefused("host", () -> registry.find("orders", "x".repeat(256)));
    }

    private void assertListed(ServiceQuery query, String... uuids) {
        assertEquals(List.of(uuids), registry.list(query).stream().map(ServiceRecord::uuid).toList());
    }

    private static void assertRefused(String field, Runnable question) {
        assertEquals(field, assertThrows(InvalidServiceException.class, question::run).field());
    }

    private static void write(Client etcd, String uuid, String type, String host, String region, Status status) {
        put(etcd, "by-uuid/" + uuid, ByteSequence.from(Service.newBuilder().setUuid(uuid).setType(type).setHost(host)
                .setRegion(region).setStatus(status).build().toByteString()));
        put(etcd, "by-type-host/" + type + "/" + host, bytes(uuid));
    }

    private static void put(Client etcd, String key, ByteSequence value) {
        etcd.getKVClient().put(bytes("/services/" + key), value).join();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
