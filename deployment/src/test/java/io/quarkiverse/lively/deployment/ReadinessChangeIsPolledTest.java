package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** A change that somebody else sees first is polled at once, long before the next poll. */
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
    void atOnce() {
        await().until(() -> log.endsWith("The application is ready"));
        Database.up = false;
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
