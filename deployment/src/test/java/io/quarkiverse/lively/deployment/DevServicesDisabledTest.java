package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

/** Switched off, none is started, and the application keeps its default endpoint. */
class DevServicesDisabledTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(archive -> archive.addClass(EtcdChildren.class))
            .overrideConfigKey("quarkus.lively.devservices.enabled", "false");

    @Test
    void startsNone() {
        assertEquals(List.of(), EtcdChildren.pids());
        assertEquals(Optional.of("http://localhost:2379"),
                ConfigProvider.getConfig().getOptionalValue("quarkus.lively.etcd.endpoints", String.class));
    }
}
