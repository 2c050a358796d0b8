package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.RestAssured;

/** With a management interface it is there only; it writes nothing unless that is asked for, and starts no view. */
@ExtendWith(RealEtcd.class)
class ManagementReadOnlyTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.management.enabled", "true")
            .overrideConfigKey("quarkus.management.test-port", "0")
            .overrideConfigKey("quarkus.lively.management.enabled", "true");

    @TestHTTPResource(value = "/lively", management = true)
    URL lively;

    @Inject
    LivenessRegistry registry;

    @Test
    void isOnTheManagementInterfaceOnly() {
        RestAssured.get(lively).then().statusCode(200).body("view", nullValue());
        RestAssured.get("/q/lively").then().statusCode(404);
    }

    @Test
    void writesNothing() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        String uuid = registry.registration().record().uuid();
        int status = RestAssured.given().header("Content-Type", "application/json")
                .post(lively + "/services/" + uuid + "/down").statusCode();
        assertTrue(status == 404 || status == 405, "status " + status);
        assertTrue(registry.isUp(uuid));
        RestAssured.get(lively + "/services/" + uuid).then().statusCode(200).body("liveness", equalTo("UP"));
        assertEquals(0, Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("lively-view")).count());
    }
}
