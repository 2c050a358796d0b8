package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** A change that a probe sees first is polled at once. The next poll, at the configured interval, is an hour away. */
class ReadinessChangeIsPolledTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Database.class, ReadinessLog.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1")
            .overrideRuntimeConfigKey("quarkus.lively.health.interval", "1H");

    @Inject
    ReadinessLog log;

    @Test
    void atOnce() throws InterruptedException {
        await().until(() -> log.endsWith("The application is ready"));
        Database.up = false;
        Thread.sleep(1000);
        assertEquals(List.of("The application is ready"), log.messages(), "tests poll quickly only by default");
        RestAssured.get("/q/health/ready").then().statusCode(503);
        await().until(() -> log.endsWith("The application is not ready: the readiness check 'database' is DOWN"));
    }

    @Readiness
    @ApplicationScoped
    static class Database implements HealthCheck {

        static volatile boolean up = true;

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("database").status(up).build();
        }
    }
}
