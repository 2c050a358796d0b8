package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;

import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.test.QuarkusUnitTest;

/** With nothing configured, the application gets an etcd of its own and registers in it. */
@NeedsProgram("etcd")
class DevServicesStartTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(archive -> archive.addClass(EtcdChildren.class))
            .overrideConfigKey("quarkus.lively.devservices.provider", "binary")
            .setAfterAllCustomizer(() -> assertEquals(List.of(), EtcdChildren.pids(), "etcd outlives the application"));

    @Inject
    LivenessRegistry registry;

    @ConfigProperty(name = "quarkus.lively.etcd.endpoints")
    String endpoint;

    @Test
    void registersInIt() {
        Awaitility.await().atMost(Duration.ofSeconds(20))
                .until(() -> registry.registration().state() == RegistrationState.REGISTERED);

        Optional<ServiceRecord> self = registry.find(registry.registration().record().uuid());
        assertEquals(Optional.of(Status.UP), self.map(ServiceRecord::status));
        assertTrue(endpoint.startsWith("http://127.0.0.1:"), endpoint);
        assertEquals(1, EtcdChildren.pids().size());
    }
}
