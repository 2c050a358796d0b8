package io.quarkiverse.lively;

/**
 * Where a service can be reached, as its process said when it registered.
 *
 * @param address a host name or an IP address
 * @param port 1 to 65535
 * @param secure whether it expects TLS
 */
public record Endpoint(String address, int port, boolean secure) {

    public Endpoint {
        Checks.given("address", address);
    }
}
