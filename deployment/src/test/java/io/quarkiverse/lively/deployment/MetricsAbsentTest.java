package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** An application without metrics has nothing of them: no bean, and none of their classes but the interface. */
@ExtendWith(RealEtcd.class)
class MetricsAbsentTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, LoadedClasses.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.micrometer.enabled", "false");

    @Inject
    LivenessRegistry registry;

    @Inject
    Instance<LivelyMetrics> metrics;

    @Test
    void nothingOfThemIsThere() throws ReflectiveOperationException {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertTrue(metrics.isUnsatisfied());
        for (String name : new String[] { "QuarkusMetrics", "LivelyMetricsRecorder", "MeteredEtcd", "ServiceGauges",
                "Outcome" }) {
            assertFalse(LoadedClasses.include("io.quarkiverse.lively.runtime.metrics." + name), name);
        }
        assertTrue(LoadedClasses.include("io.quarkiverse.lively.runtime.metrics.LivelyMetrics"));
    }
}
