package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;

/**
 * Endpoints that are an expression without a value count as not configured, and the application uses the etcd that is started.
 */
class DevServicesWithUnresolvedEndpointsTest {

    private static final String ENDPOINTS = "quarkus.lively.etcd.endpoints";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.lively.devservices.provider", "embedded")
            .overrideConfigKey(ENDPOINTS, "${LIVELY_TEST_UNSET}");

    @Inject
    LivenessRegistry registry;

    @ConfigProperty(name = ENDPOINTS)
    String endpoint;

    @Test
    void theApplicationUsesTheOneThatIsStarted() {
        assertTrue(endpoint.startsWith("http://127.0.0.1:"), endpoint);
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
    }
}
