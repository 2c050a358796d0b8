package io.quarkiverse.lively.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkus.runtime.configuration.ConfigurationException;

/** A bad value is refused with one message of one line that names the property, the value, and what is wrong with it. */
class BadConfigurationTest {

    @ParameterizedTest
    @ValueSource(strings = { "0", "1", "1500MS", "2500MS", "-5S", "25H" })
    void ttlThatIsNoWholeNumberOfSecondsBetweenTwoAndADay(String ttl) {
        assertRefused(Configured.nothing().with("status-ttl", ttl), "status-ttl");
    }

    @Test
    void ttlOfOsLively() {
        String message = assertRefused(Configured.nothing().withVariable("OSLIVELY_STATUS_TTL", "0"), "status-ttl");
        assertTrue(message.contains("OSLIVELY_STATUS_TTL"), message);
    }

    @ParameterizedTest
    @CsvSource({ "status-ttl, abc", "service.port, many", "etcd.request-timeout, soon", "health.when-disconnected, sideways",
            "view.progress-interval, often", "view.suspect-limit, never", "view.event-buffer, much",
            "health.up-after, often" })
    void valueOfTheWrongKind(String key, String value) {
        RuntimeException refusal = assertThrows(RuntimeException.class, () -> Configured.nothing().with(key, value).settings());
        assertTrue(refusal.getMessage().contains("quarkus.lively." + key), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "-1", "65536", "99999" })
    void port(String port) {
        assertRefused(Configured.nothing().with("service.port", port), "service.port");
    }

    @ParameterizedTest
    @CsvSource({ "http://:2379, it has no host", "http://etcd, it has no port", "etcd, it has no port",
            "http://[::1], it has no port", "http://etcd:, between 1 and 65535", "http://etcd:0, between 1 and 65535",
            "http://etcd:99999, between 1 and 65535", "http://etcd:99999999999, between 1 and 65535",
            "http://etcd:-1, the port must not contain '-'", "etcd:2379x, the port must not contain 'x'",
            "http://etcd:port, the port must not contain 'p'", "//etcd:2379, it has no port",
            "ftp://etcd:2379, neither http nor https", "unix:///etcd.sock, Unix socket", "unix://etcd.sock:1, Unix socket",
            "unixs://etcd.sock:1, Unix socket", "http://et cd:2379, the host must not contain ' '",
            "'http://et\ncd:2379', the host must not contain control characters",
            "http://etcd*:2379, the host must not contain '*'", "http://etcdä:2379, the host must not contain 'ä'",
            "http:etcd:2379, the host must not contain ':'", "::1:2379, the host must not contain ':'",
            "http://[::1:2379, is no IPv6 address", "http://::1, is no IPv6 address",
            "http://[etcd]:2379, is no IPv6 address", "'http://etcd:2379,http://:2379', it has no host" })
    void endpoint(String endpoint, String why) {
        String message = assertRefused(Configured.nothing().with("etcd.endpoints", endpoint), "etcd.endpoints");
        assertTrue(message.contains(why), message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://user:secret@etcd:2379", "https://user:secret@etcd:2379", "http://user:secret@:2379",
            "user:secret@etcd:2379", "http:user:secret@etcd:2379" })
    void endpointWithPassword(String endpoint) {
        String message = assertRefused(Configured.nothing().with("etcd.endpoints", endpoint), "etcd.endpoints");
        assertFalse(message.contains("secret"), message);
    }

    @ParameterizedTest
    @CsvSource({ "http://127.0.0.1/app, '/'", "127.0.0.1/24, '/'", "a b, ' '", "' 127.0.0.1 ', ' '", "'127.0.0.1\n', control",
            "'a\tb', control", "a_b, '_'", "fe80::1%eth0, '%'", "ä.example.com, 'ä'", "user@host, '@'",
            "127.0.0.1:8080, cannot be the host of a URL", "host:8080, cannot be the host of a URL",
            "[::1]:8080, cannot be the host of a URL", "[::1, cannot be the host of a URL", "-a, cannot be the host of a URL",
            "a..b, cannot be the host of a URL", "1.2.3, cannot be the host of a URL",
            "300.1.1.1, cannot be the host of a URL" })
    void address(String address, String why) {
        String message = assertRefused(Configured.nothing().with("service.address", address), "service.address");
        assertTrue(message.contains(why), message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "127.0.0.1", "::1", "[::1]", "2001:db8::7", "host", "host-1.example.com", "host.example.com.",
            "3f2a1b9c0d1e" })
    void addressThatCanBeCalled(String address) {
        Configured.nothing().with("service.address", address).settings();
    }

    @Test
    void noEndpoint() {
        RuntimeException refusal = assertThrows(RuntimeException.class,
                () -> Configured.nothing().with("etcd.endpoints", "").settings());
        assertTrue(refusal.getMessage().contains("quarkus.lively.etcd.endpoints"), refusal.getMessage());
    }

    /** Of os-lively's variables, also if one is empty or of the wrong kind. */
    @ParameterizedTest
    @CsvSource({ "OSLIVELY_STATUS_TTL, status-ttl", "OSLIVELY_ETCD_CONNECT_TIMEOUT, etcd.connect-timeout" })
    void variableThatIsNoDuration(String variable, String key) {
        for (String value : List.of("", " ", "soon", "-1", "0")) {
            String message = assertThrows(RuntimeException.class,
                    () -> Configured.nothing().withVariable(variable, value).settings()).getMessage();
            assertTrue(message.contains("quarkus.lively." + key) && message.contains(variable), message);
        }
    }

    @ParameterizedTest
    @CsvSource({ "OSLIVELY_ETCD_PORT, 99999", "OSLIVELY_ETCD_PORT, ''", "OSLIVELY_ETCD_HOST, ''", "OSLIVELY_ETCD_HOST, a/b" })
    void endpointOfOsLively(String variable, String value) {
        String message = assertRefused(Configured.nothing().withVariable(variable, value), "etcd.endpoints");
        assertTrue(message.contains(variable), message);
    }

    /** Whether it is plain text or not must not depend on which member answers. */
    @Test
    void someEndpointsWithTlsAndSomeWithout() {
        String message = assertRefused(Configured.nothing().with("etcd.endpoints", "http://etcd:2379,https://etcd2:2379"),
                "etcd.endpoints");
        assertTrue(message.contains("TLS"), message);
    }

    @Test
    void tlsConfigurationThatEndpointsWithoutTlsDoNotUse() {
        String message = assertRefused(Configured.nothing().with("etcd.tls-configuration-name", "etcd"),
                "etcd.tls-configuration-name");
        assertTrue(message.contains("quarkus.lively.etcd.endpoints"), message);
    }

    @Test
    void tlsConfigurationThatDoesNotExist() {
        String message = assertRefused(Configured.nothing().with("etcd.endpoints", "https://etcd:2379")
                .with("etcd.tls-configuration-name", "etcd"), "etcd.tls-configuration-name");
        assertTrue(message.contains("quarkus.tls.etcd"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "etcd:port", "https://etcd", "user@etcd", "et cd", "etcd/", "etcd:99999", ":2379" })
    void authority(String authority) {
        assertRefused(Configured.nothing().with("etcd.authority", authority), "etcd.authority");
        Configured.nothing().with("etcd.authority", "etcd.example.com").settings();
        Configured.nothing().with("etcd.authority", "etcd:2379").settings();
    }

    @Test
    void userWithoutPasswordAndPasswordWithoutUser() {
        assertRefused(Configured.nothing().with("etcd.username", "inventory"), "etcd.username");
        assertRefusedSecret(Configured.nothing().with("etcd.password", "secret"), "etcd.password");
    }

    @Test
    void credentialsProvider() {
        assertRefusedSecret(Configured.nothing().with("etcd.credentials-provider", "vault"), "etcd.credentials-provider");
        assertRefused(Configured.nothing().with("etcd.credentials-provider", "vault")
                .with("etcd.credentials-provider-name", "bean"), "etcd.credentials-provider-name");
        assertRefused(Configured.nothing().with("etcd.credentials-provider-name", "bean"), "etcd.credentials-provider-name");
        String message = assertRefused(Configured.nothing().with("etcd.credentials-provider", "vault")
                .with("etcd.password", "secret"), "etcd.credentials-provider");
        assertFalse(message.contains("secret"), message);
    }

    @ParameterizedTest
    @CsvSource({ "etcd.connect-timeout, 0", "etcd.request-timeout, 0", "etcd.request-timeout, -PT1S", "shutdown.timeout, 0",
            "view.progress-interval, 0", "view.progress-interval, -1S", "view.progress-interval, 61M", "health.timeout, 0",
            "health.timeout, 2H" })
    void timeout(String key, String value) {
        assertRefused(Configured.nothing().with(key, value), key);
    }

    @ParameterizedTest
    @ValueSource(strings = { "-1S", "25H" })
    void suspectLimit(String limit) {
        assertRefused(Configured.nothing().with("view.suspect-limit", limit), "view.suspect-limit");
        assertEquals(Duration.ZERO, Configured.nothing().with("view.suspect-limit", "0").settings().view().suspectLimit());
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "-1" })
    void eventBuffer(String events) {
        assertRefused(Configured.nothing().with("view.event-buffer", events), "view.event-buffer");
    }

    @ParameterizedTest
    @CsvSource({ "health.interval, 0", "health.interval, 99MS", "health.interval, PT1H0.001S", "health.interval, -5S",
            "health.up-after, 0", "health.up-after, -1", "health.down-after, 0" })
    void poll(String key, String value) {
        assertRefused(Configured.nothing().with(key, value), key);
    }

    @ParameterizedTest
    @ValueSource(strings = { "service.type", "service.host", "service.region", "service.uuid" })
    void name(String key) {
        assertRefused(Configured.nothing().with(key, "a/b"), key);
        assertRefused(Configured.nothing().with(key, "a\tb"), key);
        assertRefused(Configured.nothing().with(key, "a\nb"), key);
        assertRefused(Configured.nothing().with(key, "a\u0000"), key);
        assertRefused(Configured.nothing().with(key, "a\u0085b"), key);
        assertRefused(Configured.nothing().with(key, "ä".repeat(128)), key);
        Configured.nothing().with(key, "ä".repeat(127)).settings();
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\nb", "a\tb", "\u0000", "a\ud800", "services/by-uuid", "/services/by-uuid/",
            "a/services/by-owner/b", "services/by-", "services/history", "a/services/history/b" })
    void namespace(String namespace) {
        String message = assertRefused(Configured.nothing().with("etcd.key-namespace", namespace), "etcd.key-namespace");
        assertTrue(message.contains("OSLIVELY_ETCD_KEY_NAMESPACE"), message);
        assertRefused(Configured.nothing().withVariable("OSLIVELY_ETCD_KEY_NAMESPACE", namespace), "etcd.key-namespace");
    }

    @Test
    void namespaceThatIsTooLong() {
        assertRefused(Configured.nothing().with("etcd.key-namespace", "ä".repeat(128)), "etcd.key-namespace");
        Configured.nothing().with("etcd.key-namespace", "ä".repeat(127)).settings();
    }

    @ParameterizedTest
    @ValueSource(strings = { "a", "/a", "a/", "a/b", "../a", "%2e", "服务", "services", "a/services", "by-uuid", "history/a" })
    void namespaceThatIsAccepted(String namespace) {
        assertEquals(namespace.replaceFirst("^/", ""),
                Configured.nothing().with("etcd.key-namespace", namespace).settings().layout().namespace());
    }

    @Test
    void typeThatNobodySet() {
        assertRefused(Configured.nothing().withProperty("quarkus.application.name", ""), "service.type");
        assertRefused(Configured.nothing().with("service.type", ""), "service.type");
        assertRefused(Configured.nothing().withProperty("quarkus.application.name", "a/b"), "service.type");
    }

    private static void assertRefusedSecret(Configured configured, String key) {
        ConfigurationException refusal = assertThrows(ConfigurationException.class, configured::settings);
        assertTrue(refusal.getMessage().startsWith("quarkus.lively." + key + " is set, but"), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
    }

    private static String assertRefused(Configured configured, String key) {
        ConfigurationException refusal = assertThrows(ConfigurationException.class, configured::settings);
        String property = "quarkus.lively." + key;
        assertTrue(refusal.getMessage().startsWith(property + " is '"), refusal.getMessage());
        assertTrue(refusal.getMessage().chars().noneMatch(Character::isISOControl), refusal.getMessage());
        assertEquals(Set.of(property), refusal.getConfigKeys());
        return refusal.getMessage();
    }
}
