package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.runtime.config.Certificates;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The name of this host is needed only by an application that registers itself and has no other name. */
class HostNameTest {

    private static final String UNKNOWN = "vm: vm: Name or service not known";

    @TempDir
    Path directory;
    private final HostName unknown = new HostName(Path.of("/does/not/exist"), () -> {
        throw new UnknownHostException(UNKNOWN);
    });

    @Test
    void withoutALookUpWhereLinuxKnowsIt() throws IOException {
        Path file = Files.writeString(directory.resolve("hostname"), "node-1\n");
        assertEquals("node-1", new HostName(file, () -> {
            throw new AssertionError("nothing needs to be looked up");
        }).known());
        assertEquals("node-2", new HostName(Files.writeString(file, ""), () -> "node-2").known());
    }

    @Test
    void anApplicationThatRegistersItselfNeedsIt() {
        ConfigurationException refusal = assertThrows(ConfigurationException.class, () -> settings(Configured.nothing()));
        assertEquals("quarkus.lively.service.host is not set, and the name of this host is not known (" + UNKNOWN
                + "): set quarkus.lively.service.host to a name that no other host has, and quarkus.lively.service.address to the"
                + " address at which others reach this host", refusal.getMessage());
        assertEquals(Set.of("quarkus.lively.service.host"), refusal.getConfigKeys());
    }

    @Test
    void anApplicationThatHasAnotherNameOrOnlyReadsDoesNot() {
        assertEquals("node-1", settings(Configured.nothing().with("service.host", "node-1")).registrar().identity().host());
        assertEquals("localhost",
                settings(Configured.nothing().with("registration.enabled", "false")).registrar().identity().host());
    }

    private LivelySettings settings(Configured configured) {
        return LivelySettings.of(configured.config(), "1.0", new DefaultHost(unknown, ""), false,
                new SecurityServices(Certificates::new, () -> null));
    }
}
