package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

/** Where endpoints are configured, they stay, and none is started. */
class DevServicesWithEndpointsTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(archive -> archive.addClass(EtcdChildren.class))
            .overrideConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1");

    @Test
    void leavesThemAlone() {
        assertEquals(List.of(), EtcdChildren.pids());
        assertEquals(Optional.of("http://127.0.0.1:1"),
                ConfigProvider.getConfig().getOptionalValue("quarkus.lively.etcd.endpoints", String.class));
    }
}
