package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkus.arc.InactiveBeanException;
import io.quarkus.arc.InjectableInstance;
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

    @Inject
    ReactiveLivenessRegistry reactiveRegistry;

    @Inject
    LivenessView view;

    @Inject
    Registration registration;

    @Inject
    InjectableInstance<LivenessRegistry> registries;

    @Test
    void noThread() {
        assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("lively")).toList());
    }

    @Test
    void useIsRefused() {
        assertRefused(() -> registry.isUp("a"));
        assertRefused(() -> registry.registration());
        assertRefused(() -> reactiveRegistry.isUp("a"));
        assertRefused(() -> view.isUp("a"));
        assertRefused(() -> registration.state());
        assertRefused(() -> registration.close());
    }

    /** For code that goes without Lively then. */
    @Test
    void theApplicationCanFindItOut() {
        assertTrue(registries.isResolvable());
        assertFalse(registries.getHandle().getBean().isActive());
        assertEquals(List.of(), registries.listActive());
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
        String message = assertThrows(InactiveBeanException.class, use::run).getMessage();
        assertTrue(message.contains("Lively is switched off: set quarkus.lively.active to true to ask about services"),
                message);
    }
}
