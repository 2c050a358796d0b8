package io.quarkiverse.lively.runtime;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

import io.netty.util.NetUtil;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Reads the endpoints of etcd. Accepts what etcdctl accepts: host and port, alone or after {@code http://} or {@code https://};
 * a path, a query and a fragment are ignored. Unix sockets are refused, since jetcd cannot connect to them, and so is a user,
 * which etcdctl would ignore.
 */
final class EtcdEndpoints {

    private static final String PROPERTY = "etcd.endpoints";
    private static final String REMEDY = ": it must be host:port, http://host:port or https://host:port"
            + " (or set OSLIVELY_ETCD_HOST and OSLIVELY_ETCD_PORT)";
    private static final String SCHEME_END = "://";
    private static final String HTTP = "http";
    private static final String HTTPS = "https";
    private static final int MAX_PORT = 65535;

    private EtcdEndpoints() {
    }

    /**
     * @param secure whether an endpoint without a scheme is reached by TLS, as it also is beside one with {@code https://}
     * @return each with a scheme in lower case, a host and a port, and nothing else
     * @throws ConfigurationException naming the character that is wrong
     */
    static List<URI> of(List<String> endpoints, boolean secure) {
        boolean anyIsSecure = secure || endpoints.stream().anyMatch(text -> scheme(text.strip()).equals(Optional.of(HTTPS)));
        return endpoints.stream().map(text -> endpoint(text.strip(), anyIsSecure ? HTTPS : HTTP)).toList();
    }

    private static URI endpoint(String text, String defaultScheme) {
        refuseUnless(!text.toLowerCase(Locale.ROOT).matches("unixs?:.*"), text,
                "jetcd cannot connect to a Unix socket: let etcd listen on a port, too");
        String scheme = scheme(text).orElse(defaultScheme);
        refuseUnless(scheme.equals(HTTP) || scheme.equals(HTTPS), text, "its scheme is neither http nor https" + REMEDY);
        String authority = text.replaceFirst("^[^/]*" + SCHEME_END, "").replaceFirst("[/?#].*$", "");
        refuseUnless(authority.indexOf('@') < 0, text,
                "it must not contain '@': set quarkus.lively.etcd.username and quarkus.lively.etcd.password instead");
        int colon = authority.lastIndexOf(':');
        refuseUnless(colon >= 0 && !authority.endsWith("]"), text, "it has no port, which mostly is 2379" + REMEDY);
        String port = authority.substring(colon + 1);
        refuseCharacters(text, "the port", port, c -> c >= '0' && c <= '9');
        refuseUnless(port.matches("0*[1-9]\\d{0,4}") && Integer.parseInt(port) <= MAX_PORT, text,
                "its port is not between 1 and " + MAX_PORT + REMEDY);
        return URI.create(scheme + SCHEME_END + host(authority.substring(0, colon), text) + ":" + Integer.parseInt(port));
    }

    /** An IPv6 address from {@code OSLIVELY_ETCD_HOST} comes without the brackets that a URL needs. */
    private static String host(String host, String text) {
        refuseUnless(!host.isEmpty(), text, "it has no host" + REMEDY);
        if (host.startsWith("[") || scheme(text).isPresent() && host.indexOf(':') >= 0) {
            String address = host.replaceFirst("^\\[(.*)]$", "$1").replaceFirst("%25", "%");
            refuseUnless(NetUtil.isValidIpV6Address(address), text,
                    "'" + PrintableText.of(host) + "' is no IPv6 address" + REMEDY);
            return "[" + address + "]";
        }
        refuseCharacters(text, "the host", host, c -> c < 0x80 && Character.isLetterOrDigit(c) || ".-_".indexOf(c) >= 0);
        return host;
    }

    private static Optional<String> scheme(String text) {
        int end = text.indexOf(SCHEME_END);
        return end < 0 ? Optional.empty() : Optional.of(text.substring(0, end).toLowerCase(Locale.ROOT));
    }

    private static void refuseCharacters(String text, String part, String value, IntPredicate allowed) {
        value.codePoints().filter(c -> !allowed.test(c)).findFirst().ifPresent(c -> refuseUnless(false, text,
                part + " must not contain "
                        + (Character.isISOControl(c) ? "control characters" : "'" + Character.toString(c) + "'")
                        + REMEDY));
    }

    private static void refuseUnless(boolean holds, String text, String why) {
        // A password must not get into the log.
        BadValue.require(holds, PROPERTY, text.replaceFirst("^([a-zA-Z]+://)?.*@", "$1***@"), why);
    }
}
