package io.quarkiverse.lively.runtime;

import static io.quarkiverse.lively.runtime.BadValue.PREFIX;

import java.util.Optional;
import java.util.Set;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.registration.Announcements;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The address that this application publishes, checked: others must be able to call it. */
final class PublishedAddress {

    private static final String PROPERTY = "service.address";

    private PublishedAddress() {
    }

    /** @throws ConfigurationException if an address is configured that cannot be called */
    static void check(LivelyConfig.Service config) {
        config.address().ifPresent(address -> {
            try {
                Announcements.checkAddress(address);
            } catch (InvalidServiceException e) {
                throw BadValue.of(PROPERTY, address, e.getMessage());
            }
        });
    }

    /**
     * As configured, else where the HTTP server listens, else the name of this host.
     *
     * @param listensOn {@code quarkus.http.host}; empty if that is every address, or if there is no HTTP server
     * @throws ConfigurationException if it cannot be called, naming the property to set
     */
    static String of(LivelyConfig.Service config, Optional<String> listensOn) {
        check(config);
        if (config.address().isPresent()) {
            return config.address().get();
        }
        String address = listensOn.orElseGet(LivelySettings::hostName);
        try {
            Announcements.checkAddress(address);
        } catch (InvalidServiceException e) {
            throw new ConfigurationException(PREFIX + PROPERTY + " is not set, and "
                    + (listensOn.isPresent() ? "quarkus.http.host" : "the name of this host") + ", '"
                    + PrintableText.of(address) + "', cannot be published in its place (" + e.getMessage() + "): set " + PREFIX
                    + PROPERTY, Set.of(PREFIX + PROPERTY));
        }
        return address;
    }
}
