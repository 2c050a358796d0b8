package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.test.QuarkusUnitTest;

/** Only asks, writes nothing. */
@ExtendWith(RealEtcd.class)
class RegistrationDisabledTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, OwnView.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.registration.enabled", "false");

    static class OwnView {

        private static final LivenessView VIEW = (LivenessView) Proxy.newProxyInstance(LivenessView.class.getClassLoader(),
                new Class<?>[] { LivenessView.class }, (proxy, method, arguments) -> true);

        @Produces
        @Singleton
        LivenessView view() {
            return VIEW;
        }
    }

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    /** Those of Lively are default beans. */
    @Test
    void aBeanOfTheApplicationTakesThePlaceOfThatOfLively() {
        assertTrue(view.isUp("a"));
    }

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
