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

    /** For a log: {@linkplain PrintableText printable}. */
    @Override
    public String toString() {
        return "Endpoint[address=" + PrintableText.of(address) + ", port=" + port + ", secure=" + secure + "]";
    }
}
