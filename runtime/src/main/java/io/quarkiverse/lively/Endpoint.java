package io.quarkiverse.lively;

import java.util.Objects;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * The address at which a service can be called, as its process published it.
 *
 * @param address a host name or an IP address
 * @param port 1 to 65535
 * @param secure whether it expects TLS
 */
public record Endpoint(String address, int port, boolean secure) {

    private static final int MAX_PORT = 65_535;

    /**
     * @throws InvalidServiceException naming {@code address} if that is empty, {@code port} if that is out of range
     */
    public Endpoint {
        Objects.requireNonNull(address, "address");
        if (address.isBlank()) {
            throw new InvalidServiceException("address", "the address must not be empty");
        }
        if (port < 1 || port > MAX_PORT) {
            throw new InvalidServiceException("port", "the port must be between 1 and " + MAX_PORT + ", not " + port);
        }
    }

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "Endpoint[address=" + PrintableText.of(address) + ", port=" + port + ", secure=" + secure + "]";
    }
}
