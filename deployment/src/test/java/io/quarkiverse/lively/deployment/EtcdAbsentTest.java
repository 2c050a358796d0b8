package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;

/** Nobody listens where etcd should be: the application starts, is ready, and cannot tell who is up. */
class EtcdAbsentTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(AskingResource.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1");

    @Inject
    LivenessRegistry registry;

    @Test
    void noAnswerIsMadeUp() {
        assertUnavailable(() -> registry.isUp("a"));
        assertUnavailable(() -> registry.isUp("a", "b"));
        assertUnavailable(() -> registry.find("a"));
        assertUnavailable(() -> registry.find("a", "b"));
        assertUnavailable(() -> registry.list(ServiceQuery.all()));
        assertUnavailable(() -> registry.list(ServiceQuery.ofUuids("a")));
    }

    @Test
    void readyWithAReason() {
        await().untilAsserted(() -> RestAssured.get("/q/health/ready").then().statusCode(200)
                .body("checks.find { it.name == 'lively' }.status", equalTo("UP"))
                .body("checks.find { it.name == 'lively' }.data.state", equalTo("STARTING"))
                .body("checks.find { it.name == 'lively' }.data.reason",
                        startsWith("etcd at http://127.0.0.1:1 cannot be reached: "))
                .body("checks.find { it.name == 'lively' }.data.reason", containsString("onnection refused")));
    }

    /** The members of etcd are not named to callers. */
    @Test
    void aResourceThatAsksAnswers503() {
        for (String path : List.of("/asking/blocking", "/asking/reactive")) {
            RestAssured.get(path).then().statusCode(503).header("Retry-After", "5").contentType(ContentType.TEXT)
                    .body(equalTo("The service registry is unavailable"));
        }
    }

    private static void assertUnavailable(Runnable question) {
        RegistryUnavailableException failure = assertTimeout(Duration.ofSeconds(3),
                () -> assertThrows(RegistryUnavailableException.class, question::run));
        assertTrue(failure.getMessage().startsWith("etcd at http://127.0.0.1:1 cannot be reached: "), failure.getMessage());
    }
}
