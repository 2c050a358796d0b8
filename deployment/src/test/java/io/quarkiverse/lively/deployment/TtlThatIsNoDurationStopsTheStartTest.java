package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

class TtlThatIsNoDurationStopsTheStartTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.lively.status-ttl", "abc")
            .assertException(failure -> assertTrue(
                    failure.getMessage().contains("quarkus.lively.status-ttl"), failure.toString()));

    @Test
    void applicationDoesNotStart() {
        fail("It started");
    }
}
