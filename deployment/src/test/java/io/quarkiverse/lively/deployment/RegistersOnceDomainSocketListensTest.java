package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.netty.util.Version;
import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.maven.dependency.ArtifactDependency;
import io.quarkus.test.QuarkusUnitTest;

/** An application behind a proxy, which is what others are told of. Java alone has no domain sockets that Vert.x can use. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@ExtendWith(RealEtcd.class)
class RegistersOnceDomainSocketListensTest {

    private static final Path SOCKET = Path.of(System.getProperty("java.io.tmpdir"),
            "lively-" + ProcessHandle.current().pid() + ".sock");

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .setForcedDependencies(List.of(new ArtifactDependency("io.netty", "netty-transport-native-epoll", "linux-x86_64",
                    "jar", Version.identify().get("netty-transport").artifactVersion())))
            .overrideRuntimeConfigKey("quarkus.http.host-enabled", "false")
            .overrideRuntimeConfigKey("quarkus.http.domain-socket-enabled", "true")
            .overrideRuntimeConfigKey("quarkus.http.domain-socket", SOCKET.toString())
            .overrideRuntimeConfigKey("quarkus.vertx.prefer-native-transport", "true")
            .overrideRuntimeConfigKey("quarkus.lively.service.address", "inventory.example.com")
            .overrideRuntimeConfigKey("quarkus.lively.service.port", "443")
            .overrideRuntimeConfigKey("quarkus.lively.service.secure", "true");

    @Inject
    LivenessRegistry registry;

    @Test
    void asConfigured() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertTrue(Files.exists(SOCKET), "it is open");
        assertEquals(Optional.of(new Endpoint("inventory.example.com", 443, true)),
                registry.registration().record().endpoint());
    }
}
