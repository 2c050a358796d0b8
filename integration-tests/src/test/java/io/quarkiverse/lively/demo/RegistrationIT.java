package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** Within 3 s of the port listening, the application is UP in etcd, and says so. */
class RegistrationIT {

    private static final String RUNTIME = "io.quarkiverse.lively.runtime.";

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess demo;
    private static String uuid;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd, "-Dquarkus.lively.service.region=eu-west");
        Measured listening = Measured.fromNow();
        listening.await("from listening to UP in etcd", Duration.ofSeconds(3),
                () -> !etcd.keys("/services/by-status/UP/").isEmpty());
        uuid = demo.awaitRegistered().uuid();
    }

    @Test
    void theKeysAreThere() {
        List<String> expected = new ArrayList<>(List.of("/services/by-owner/" + uuid, "/services/by-region/eu-west/" + uuid,
                "/services/by-state/" + uuid, "/services/by-status/UP/" + uuid,
                "/services/by-type-host/lively-demo/" + demo.get("/self").path("host"), "/services/by-uuid/" + uuid,
                "/services/history/" + uuid, "/services/last/" + uuid));
        assertEquals(expected, etcd.keys("/services"));
    }

    @Test
    void theUpAndOwnerKeysCarryTheLeaseAndTheOthersNone() {
        String lease = demo.get("/self").path("leaseId");
        assertEquals(List.of(lease), etcd.leases().all());
        assertEquals(List.of("/services/by-owner/" + uuid, "/services/by-status/UP/" + uuid), etcd.leases().keys(lease));
    }

    @Test
    void theHealthCheckTellsTheState() {
        demo.get("/q/health/ready").then().statusCode(200)
                .body("checks.find { it.name == 'lively' }.status", equalTo("UP"))
                .body("checks.find { it.name == 'lively' }.data.state", equalTo("REGISTERED"))
                .body("checks.find { it.name == 'lively' }.data.uuid", equalTo(uuid))
                .body("checks.find { it.name == 'lively' }.data.ttlSeconds", equalTo(5))
                .body("checks.find { it.name == 'lively' }.data.leaseId", notNullValue());
    }

    @Test
    void selfTellsTheRegistration() {
        demo.get("/self").then().statusCode(200).body("uuid", equalTo(uuid)).body("type", equalTo("lively-demo"))
                .body("host", notNullValue()).body("region", equalTo("eu-west")).body("status", equalTo("UP"))
                .body("state", equalTo("REGISTERED")).body("reason", notNullValue()).body("since", notNullValue())
                .body("leaseId", notNullValue()).body("ttl", equalTo(5));
    }

    @Test
    void itIsUpByUuidAndByTypeAndHost() {
        assertEquals("true", demo.get("/up", "uuid", uuid).asString());
        assertEquals("true", demo.get("/up", "type", "lively-demo", "host", demo.get("/self").path("host")).asString());
        assertEquals("false", demo.get("/up", "uuid", "nobody").asString());
        assertEquals("false", demo.get("/up", "type", "lively-demo", "host", "nowhere").asString());
    }

    @Test
    void itIsListedByEveryFilter() {
        assertEquals(List.of(uuid), uuids());
        assertEquals(List.of(uuid), uuids("type", "lively-demo", "type", "other"));
        assertEquals(List.of(uuid), uuids("region", "eu-west", "liveness", "UP"));
        assertEquals(List.of(uuid), uuids("uuid", uuid, "host", demo.get("/self").path("host")));
        assertEquals(List.of(), uuids("liveness", "DOWN", "liveness", "EXPIRED"));
        assertEquals(List.of(), uuids("type", "other"));
        demo.get("/services").then().body("[0].endpoint.port", equalTo(demo.port()))
                .body("[0].endpoint.address", equalTo("127.0.0.1")).body("[0].reason", equalTo("REGISTERED"))
                .body("[0].revision", greaterThan(0));
    }

    @Test
    void oneServiceIsFoundAndAnUnknownOneIsNot() {
        demo.get("/services/" + uuid).then().statusCode(200).body("uuid", equalTo(uuid)).body("liveness", equalTo("UP"));
        assertEquals(404, demo.get("/services/nobody").statusCode());
    }

    @Test
    void whatCannotNameAServiceIsRefused() {
        assertEquals(400, demo.get("/up").statusCode());
        assertEquals(400, demo.get("/up", "type", "lively-demo").statusCode());
        assertEquals(400, demo.get("/services", "type", "").statusCode());
        assertEquals(400, demo.get("/services", "liveness", "SIDEWAYS").statusCode());
    }

    @Test
    void whatIsNotUsedIsNotLoaded() {
        List<String> loaded = demo.loadedClasses();
        assertTrue(loaded.contains(RUNTIME + "Lively"), () -> loaded.size() + " classes");
        assertEquals(List.of(), loaded.stream()
                .filter(name -> name.startsWith(RUNTIME + "management.") || name.startsWith(RUNTIME + "tracing.")
                        || name.startsWith("io.opentelemetry."))
                .toList());
    }

    private static List<String> uuids(Object... filters) {
        return demo.get("/services", filters).path("uuid");
    }
}
