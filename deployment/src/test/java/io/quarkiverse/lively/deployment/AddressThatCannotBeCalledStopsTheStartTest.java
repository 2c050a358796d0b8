package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

/** Also if the address is that of the HTTP server, whose socket opens after the start. */
class AddressThatCannotBeCalledStopsTheStartTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.http.host", "::1%lo")
            .assertException(failure -> assertTrue(failure.getMessage().startsWith(
                    "quarkus.lively.service.address is not set, and quarkus.http.host, '::1%lo', cannot be published"),
                    failure.toString()));

    @Test
    void applicationDoesNotStart() {
        fail("It started");
    }
}
