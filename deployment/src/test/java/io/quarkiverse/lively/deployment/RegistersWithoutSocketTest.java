package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;

/** An application that opens no socket serves as soon as it has started. */
@ExtendWith(RealEtcd.class)
class RegistersWithoutSocketTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideRuntimeConfigKey("quarkus.http.host-enabled", "false");

    @Inject
    LivenessRegistry registry;

    @Test
    void registersWithoutEndpoint() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        String uuid = registry.registration().record().uuid();
        assertTrue(registry.isUp(uuid));
        assertEquals(Optional.empty(), registry.find(uuid).orElseThrow().endpoint());
    }
}
