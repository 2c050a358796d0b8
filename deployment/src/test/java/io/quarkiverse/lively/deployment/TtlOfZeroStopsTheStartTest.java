package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

class TtlOfZeroStopsTheStartTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.lively.status-ttl", "0")
            .assertException(failure -> assertTrue(
                    failure.getMessage().startsWith("quarkus.lively.status-ttl is 'PT0S', but "), failure.toString()));

    @Test
    void applicationDoesNotStart() {
        fail("It started");
    }
}
