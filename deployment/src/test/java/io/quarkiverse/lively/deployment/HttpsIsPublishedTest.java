package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.vertx.http.HttpServer;

/** Of two sockets others are told of the one for HTTPS, whichever opens first: here the other one only leads there. */
@ExtendWith({ RealEtcd.class, ServerCertificate.class })
class HttpsIsPublishedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.http.insecure-requests", "redirect");

    @Inject
    HttpServer http;

    @Inject
    LivenessRegistry registry;

    @Test
    void withItsRealPort() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertTrue(http.getPort() > 0, "both are open");
        assertEquals(Optional.of(new Endpoint("localhost", http.getSecurePort(), true)),
                registry.registration().record().endpoint());
    }
}
