package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;

import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** etcd keeps its connections, and does not answer. */
@ExtendWith(RealEtcd.class)
class EtcdFrozenTest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, AskingResource.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.request-timeout", REQUEST_TIMEOUT.toString());

    /** Of the application. */
    public static class Mappers {

        @ServerExceptionMapper
        public Response unavailable(RegistryUnavailableException failure) {
            return Response.status(418).build();
        }
    }

    @Inject
    LivenessRegistry registry;

    @BeforeEach
    void freeze() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        RealEtcd.freeze();
    }

    @AfterEach
    void thaw() {
        RealEtcd.thaw();
    }

    @Test
    void noAnswerIsMadeUp() {
        String uuid = registry.registration().record().uuid();
        long asked = System.nanoTime();
        RegistryUnavailableException failure = assertTimeout(REQUEST_TIMEOUT.plusMillis(1500),
                () -> assertThrows(RegistryUnavailableException.class, () -> registry.isUp(uuid)));
        assertTrue(failure.getMessage().endsWith("cannot be reached: no answer within 1000 ms"), failure.getMessage());
        assertTrue(System.nanoTime() - asked >= REQUEST_TIMEOUT.toNanos(), "It waited for an answer");

        RealEtcd.thaw();
        await().ignoreExceptions().until(() -> registry.isUp(uuid));
    }

    @Test
    void theApplicationHasItsOwnAnswerForThat() {
        RestAssured.get("/asking/blocking").then().statusCode(418);
    }

    /** An exception that says something else than that etcd cannot be reached has no status of its own. */
    @Test
    void anUnknownServiceIsNoMissingResource() {
        RestAssured.get("/asking/unknown").then().statusCode(500);
    }

    /** The check does not ask etcd. */
    @Test
    void readinessIsTold() {
        RestAssured.get("/q/health/ready").then().statusCode(200)
                .body("checks.find { it.name == 'lively' }.data.state", equalTo("REGISTERED"));
    }
}
