package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;

import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;

/** Where the variable of os-lively says which etcd to use, that one stays, and none is started. */
class DevServicesWithOslivelyHostTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(archive -> archive.addClass(EtcdChildren.class))
            .overrideConfigKey("OSLIVELY_ETCD_HOST", "127.0.0.2");

    @Test
    void leavesItAlone() {
        assertEquals(List.of(), EtcdChildren.pids());
        assertEquals(Optional.of("http://127.0.0.2:2379"),
                ConfigProvider.getConfig().getOptionalValue("quarkus.lively.etcd.endpoints", String.class));
    }
}
