package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import jakarta.inject.Inject;

import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** What Lively says of itself, and what Quarkus says of its shutdown, are DOWN here; the application is ready all the same. */
class OwnReadinessDoesNotCountTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(ReadinessLog.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.shutdown.delay-enabled", "true")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1")
            .overrideRuntimeConfigKey("quarkus.lively.health.when-disconnected", "down");

    @Inject
    @Readiness
    ShutdownReadinessCheck shutdown;

    @Inject
    ReadinessLog log;

    @Test
    void ready() throws InterruptedException {
        await().until(() -> !log.messages().isEmpty());
        shutdown.shutdown();
        RestAssured.get("/q/health/ready").then().statusCode(503)
                .body("checks.find { it.name == 'lively' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'Graceful Shutdown' }.status", equalTo("DOWN"));

        Thread.sleep(500);

        assertEquals(List.of("The application is ready"), log.messages());
    }
}
