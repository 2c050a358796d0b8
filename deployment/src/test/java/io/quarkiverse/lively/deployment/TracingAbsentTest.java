package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertFalse;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkus.arc.Arc;
import io.quarkus.test.QuarkusUnitTest;

/** An application without OpenTelemetry asks as ever. */
@ExtendWith(RealEtcd.class)
class TracingAbsentTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0");

    @Inject
    LivenessRegistry registry;

    @Test
    void nothingTraces() {
        assertFalse(Arc.container().instance(CallTracing.class).isAvailable());
        assertFalse(registry.isUp("u"));
    }
}
