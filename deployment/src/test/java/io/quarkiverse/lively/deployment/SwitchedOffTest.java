package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** {@code quarkus.lively.active=false}: nothing happens, and who needs Lively all the same is told. */
class SwitchedOffTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideConfigKey("quarkus.lively.management.enabled", "true")
            .overrideRuntimeConfigKey("quarkus.lively.active", "false");

    @Inject
    LivenessRegistry registry;

    @Test
    void noThread() {
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("lively")).toList());
    }

    @Test
    void useIsRefused() {
        assertRefused(() -> registry.isUp("a"));
        assertRefused(() -> registry.registration());
    }

    @Test
    void theManagementEndpointSaysSo() {
        RestAssured.get("/q/lively").then().statusCode(503).body("error", containsString("switched off"));
        RestAssured.get("/q/lively/services").then().statusCode(503).body("error", containsString("quarkus.lively.active"));
    }

    @Test
    void ready() {
        RestAssured.get("/q/health/ready").then().statusCode(200)
                .body("checks.find { it.name == 'lively' }.data.active", equalTo(false));
    }

    private static void assertRefused(Runnable use) {
        String message = assertThrows(IllegalStateException.class, use::run).getMessage();
        assertTrue(message.contains("quarkus.lively.active"), message);
    }
}
