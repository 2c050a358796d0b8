package io.quarkiverse.lively.runtime.registration;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.text.PrintableText;

/** Refuses what a process cannot say of itself when it registers a service. */
public final class Announcements {

    private static final int MOST_METADATA = 64 * 1024;
    private static final int MOST_ADDRESS = 255;
    private static final String ADDRESS = ": it must be a host name, or an IP address without a zone";

    private Announcements() {
    }

    /**
     * Refuses also a status and a maintenance, which a registration does not publish.
     *
     * @throws InvalidServiceException naming the field that is wrong
     */
    static void check(ServiceDefinition service) {
        check(service.endpoint(), service.metadata());
        if (service.status() != Status.UP) {
            throw new InvalidServiceException("status", "a service is registered as UP. Leave the status out, and call"
                    + " Registration.down once the service is registered");
        }
        if (service.maintenance().isPresent()) {
            throw new InvalidServiceException("maintenance", "a service is registered without a maintenance. Leave it out, and"
                    + " call LivenessRegistry.down with it once the service is registered");
        }
    }

    /**
     * @throws InvalidServiceException naming the field that is wrong
     */
    public static void check(Optional<Endpoint> endpoint, Map<String, String> metadata) {
        endpoint.ifPresent(where -> checkAddress(where.address()));
        check(metadata);
    }

    /**
     * @throws InvalidServiceException if no URL can have that host
     */
    public static void checkAddress(String address) {
        if (address.isEmpty()) {
            throw new InvalidServiceException("address", "the address must not be empty");
        }
        address.codePoints().filter(c -> c >= 0x80 || !Character.isLetterOrDigit(c) && "-.:[]".indexOf(c) < 0).findFirst()
                .ifPresent(c -> {
                    throw new InvalidServiceException("address", "the address must not contain "
                            + (Character.isISOControl(c) ? "control characters"
                                    : "'" + PrintableText.of(Character.toString(c)) + "'")
                            + ADDRESS);
                });
        if (address.length() > MOST_ADDRESS) {
            throw new InvalidServiceException("address", "the address must not be longer than " + MOST_ADDRESS + " bytes");
        }
        try {
            // Brackets only around an IPv6 address, a port nowhere.
            new URI("http", null, address, 1, null, null, null);
        } catch (URISyntaxException e) {
            throw new InvalidServiceException("address", "the address '" + address + "' cannot be the host of a URL" + ADDRESS);
        }
    }

    /** An IPv6 address is published without the brackets that it has in a URL. */
    static String withoutBrackets(String address) {
        return address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
    }

    /**
     * An immutable copy.
     *
     * @throws InvalidServiceException if it is no text, or too much for a record that everybody reads
     */
    static Map<String, String> checked(Map<String, String> metadata) {
        Objects.requireNonNull(metadata, "metadata").forEach((name, value) -> {
            Objects.requireNonNull(name, "metadata");
            Objects.requireNonNull(value, "metadata");
        });
        check(metadata);
        return Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /**
     * @throws InvalidServiceException if it is no text, or too much for a record that everybody reads
     */
    public static void check(Map<String, String> metadata) {
        metadata.forEach((key, value) -> {
            if (hasHalfOfACharacter(key) || hasHalfOfACharacter(value)) {
                throw new InvalidServiceException("metadata", "the metadata is no text: half of a character is missing in '"
                        + key + "'");
            }
        });
        long bytes = metadata.entrySet().stream().mapToLong(entry -> size(entry.getKey()) + size(entry.getValue())).sum();
        if (bytes > MOST_METADATA) {
            throw new InvalidServiceException("metadata", "the metadata must not be longer than " + MOST_METADATA
                    + " bytes in all");
        }
    }

    /** A surrogate without its other half, of which there is no UTF-8. */
    private static boolean hasHalfOfACharacter(String text) {
        return text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
