package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

@ExtendWith(RealEtcd.class)
class ReadinessCheckTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.status-ttl", "20");

    @Inject
    LivenessRegistry registry;

    @Test
    void tellsWhereTheRegistrationStands() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        ServiceRecord service = registry.registration().record();

        Map<String, Object> check = RestAssured.get("/q/health/ready").then().statusCode(200).extract()
                .path("checks.find { it.name == 'lively' }");

        assertEquals("UP", check.get("status"));
        @SuppressWarnings("unchecked")
        Map<String, Object> data = (Map<String, Object>) check.get("data");
        assertEquals(Set.of("state", "since", "reason", "uuid", "type", "host", "region", "status", "liveness", "revision",
                "leaseId", "ttlSeconds", "remainingMillis"), data.keySet());
        assertEquals("REGISTERED", data.get("state"));
        assertTrue(Duration.between(Instant.parse((String) data.get("since")), Instant.now()).toSeconds() < 20);
        assertEquals(registry.registration().reason(), data.get("reason"));
        assertEquals(service.uuid(), data.get("uuid"));
        assertEquals(service.type(), data.get("type"));
        assertEquals(service.host(), data.get("host"));
        assertEquals("default", data.get("region"));
        assertEquals("UP", data.get("status"));
        assertEquals("UP", data.get("liveness"));
        assertEquals(service.revision(), ((Number) data.get("revision")).longValue());
        assertEquals(registry.registration().lease().orElseThrow().id(), data.get("leaseId"));
        assertEquals(20, data.get("ttlSeconds"));
        int remaining = (int) data.get("remainingMillis");
        assertTrue(remaining > 10_000 && remaining < 20_000, "remaining: " + remaining);
    }

    @Test
    void saysNothingOfLiveness() {
        RestAssured.get("/q/health/live").then().statusCode(200).body("checks.size()", equalTo(0));
    }
}
