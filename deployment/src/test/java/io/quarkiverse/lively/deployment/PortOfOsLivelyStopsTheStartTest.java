package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

class PortOfOsLivelyStopsTheStartTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false")
            .overrideRuntimeConfigKey("OSLIVELY_ETCD_PORT", "99999")
            .assertException(
                    failure -> assertTrue(
                            failure.getMessage().startsWith("quarkus.lively.etcd.endpoints is 'http://localhost:99999', but "),
                            failure.toString()));

    @Test
    void applicationDoesNotStart() {
        fail("It started");
    }
}
