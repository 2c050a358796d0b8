package io.quarkiverse.lively.demo;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.test.LogLines;
import io.quarkus.test.InjectMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.smallrye.stork.Stork;
import io.smallrye.stork.api.ServiceInstance;

/** A test may mock each of the beans of Lively. The parts of Lively itself then work as before. */
@QuarkusTest
@TestProfile(MockedBeansTest.WithManagement.class)
class MockedBeansTest {

    @InjectMock
    LivenessRegistry registry;

    @InjectMock
    ReactiveLivenessRegistry reactiveRegistry;

    @InjectMock
    LivenessView view;

    @InjectMock
    Registration registration;

    @Test
    void theApplicationAsksTheMock() {
        when(registry.isUp("mocked")).thenReturn(true);

        RestAssured.get("/up?uuid=mocked").then().statusCode(200).body(equalTo("true"));
        RestAssured.get("/up?uuid=other").then().statusCode(200).body(equalTo("false"));
    }

    @Test
    void lively() {
        try (LogLines log = new LogLines()) {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> RestAssured.get("/q/lively").then().statusCode(200)
                    .body("state", equalTo("REGISTERED")).body("service.status", equalTo("UP")));
            RestAssured.get("/q/health/ready").then().statusCode(200).body("checks.name", hasItem("lively"))
                    .body("checks.find { it.name == 'lively' }.data.state", equalTo("REGISTERED"));
            RestAssured.get("/q/metrics").then().statusCode(200)
                    .body(containsString("lively_registration_state{state=\"REGISTERED\"} 1.0"));
            RestAssured.get("/q/lively/services").then().statusCode(200).body("type", equalTo(List.of("lively-demo")));
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertEquals(1, peers().size()));
            assertEquals(List.of(), log.with("A bug in Lively"));
        }
        verifyNoInteractions(registry, reactiveRegistry, view, registration);
    }

    private static List<ServiceInstance> peers() {
        return Stork.getInstance().getService("peers").getInstances().await().atMost(Duration.ofSeconds(10));
    }

    public static class WithManagement implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.lively.management.enabled", "true", "quarkus.lively.health.interval", "200MS",
                    "quarkus.lively.health.up-after", "1");
        }
    }
}
