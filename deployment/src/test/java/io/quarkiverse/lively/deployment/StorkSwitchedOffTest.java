package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.stork.Stork;

/** {@code quarkus.lively.active=false}: the application starts all the same, and a call through Stork is told. */
class StorkSwitchedOffTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithStork.application()
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.lively.active", "false")
            .overrideRuntimeConfigKey("quarkus.stork.worker.service-discovery.type", "lively");

    @Test
    void aCallIsRefused() {
        String message = assertThrows(IllegalStateException.class,
                () -> Stork.getInstance().getService("worker").selectInstance().await().atMost(Duration.ofSeconds(5)))
                .getMessage();
        assertTrue(message.contains("quarkus.lively.active"), message);
    }
}
