package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

/** A filter that can match nothing stops the start, and the message names the property. */
class StorkFilterIsCheckedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithStork.application()
            .overrideConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1")
            .overrideRuntimeConfigKey("quarkus.stork.worker.service-discovery.type", "lively")
            .overrideRuntimeConfigKey("quarkus.stork.worker.service-discovery.metadata", "zone")
            .assertException(failure -> assertTrue(failure.getMessage().contains(
                    "quarkus.stork.worker.service-discovery.metadata is 'zone', but it must be name=value"),
                    failure.toString()));

    @Test
    void itDoesNotStart() {
        fail("It must not start");
    }
}
