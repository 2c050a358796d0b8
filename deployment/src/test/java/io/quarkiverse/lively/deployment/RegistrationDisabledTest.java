package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.test.QuarkusUnitTest;

/** Only asks, writes nothing. */
@ExtendWith(RealEtcd.class)
class RegistrationDisabledTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.registration.enabled", "false");

    @Inject
    LivenessRegistry registry;

    @Test
    void stateSaysSo() {
        assertEquals(RegistrationState.DISABLED, registry.registration().state());
        assertEquals("quarkus.lively.registration.enabled is false", registry.registration().reason());
        assertEquals(Optional.empty(), registry.registration().lease());
    }

    @Test
    void questionsAreAnswered() {
        assertFalse(registry.isUp("a"));
        assertEquals(List.of(), registry.list(ServiceQuery.all()));
    }

    @Test
    void nothingIsWritten() throws InterruptedException {
        Thread.sleep(500);
        assertEquals(List.of(), RealEtcd.keys().all("/"));
        assertEquals(List.of(), RealEtcd.leases().all());
    }
}
