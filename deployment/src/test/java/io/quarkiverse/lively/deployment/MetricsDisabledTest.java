package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** {@code quarkus.lively.metrics.enabled=false}: the metrics of the application have nothing of Lively. */
@ExtendWith(RealEtcd.class)
class MetricsDisabledTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, Exposed.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.metrics.enabled", "false");

    @Inject
    LivenessRegistry registry;

    @Inject
    Instance<LivelyMetrics> metrics;

    @Test
    void nothingIsExposed() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertTrue(metrics.isUnsatisfied());
        assertEquals(200, RestAssured.get("/q/metrics").statusCode());
        assertTrue(Exposed.now().isEmpty());
    }
}
