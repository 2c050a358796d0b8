package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkus.runtime.configuration.ConfigurationException;

/** An application publishes an address that others can call, or none. */
class PublishedAddressTest {

    @Test
    void asConfiguredElseWhereItListensElseTheNameOfTheHost() {
        Configured configured = Configured.nothing().with("service.address", "inventory.example.com");
        assertEquals("inventory.example.com", of(configured, Optional.of("127.0.0.1")));
        assertEquals("127.0.0.1", of(Configured.nothing(), Optional.of("127.0.0.1")));
        assertEquals(LivelySettings.hostName(), of(Configured.nothing(), Optional.empty()));
    }

    @Test
    void anAddressThatWasNotMeantForOthersIsRefused() {
        ConfigurationException refusal = assertThrows(ConfigurationException.class,
                () -> of(Configured.nothing(), Optional.of("fe80::1%eth0")));
        assertEquals(
                "quarkus.lively.service.address is not set, and quarkus.http.host, 'fe80::1%eth0', cannot be published in its"
                        + " place (the address must not contain '%': it must be a host name, or an IP address without a zone): set"
                        + " quarkus.lively.service.address",
                refusal.getMessage());
        assertEquals(Set.of("quarkus.lively.service.address"), refusal.getConfigKeys());
    }

    private static String of(Configured configured, Optional<String> listensOn) {
        return PublishedAddress.of(configured.config().service(), listensOn);
    }
}
