package io.quarkiverse.lively.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.lively.runtime.LivelySettings;

/** The variables of os-lively are heard, unless the property of Quarkus says something else. */
class OsLivelyVariablesTest {

    private static final Configured OSLIVELY = Configured.nothing()
            .withVariable("OSLIVELY_ETCD_HOST", "etcd.example.com")
            .withVariable("OSLIVELY_ETCD_PORT", "12379")
            .withVariable("OSLIVELY_ETCD_CONNECT_TIMEOUT", "7")
            .withVariable("OSLIVELY_ETCD_KEY_NAMESPACE", "fleet")
            .withVariable("OSLIVELY_STATUS_TTL", "30");

    @Test
    void nothingIsSet() {
        LivelySettings settings = Configured.nothing().settings();
        assertEquals(List.of(URI.create("http://localhost:2379")), settings.etcd().endpoints());
        assertEquals(Duration.ofSeconds(5), settings.etcd().connectTimeout());
        assertEquals(Duration.ofSeconds(60), settings.registrar().ttl());
        assertEquals("/services/by-uuid/a", settings.layout().service("a").toStringUtf8());
    }

    @Test
    void variables() {
        LivelySettings settings = OSLIVELY.settings();
        assertEquals(List.of(URI.create("http://etcd.example.com:12379")), settings.etcd().endpoints());
        assertEquals(Duration.ofSeconds(7), settings.etcd().connectTimeout());
        assertEquals(Duration.ofSeconds(30), settings.registrar().ttl());
        assertEquals("/fleet/services/by-uuid/a", settings.layout().service("a").toStringUtf8());
    }

    @Test
    void propertiesBesideVariables() {
        LivelySettings settings = OSLIVELY
                .with("etcd.endpoints", "http://a:1,http://b:2")
                .with("etcd.connect-timeout", "8S")
                .with("etcd.key-namespace", "other")
                .with("status-ttl", "40")
                .settings();
        assertEquals(List.of(URI.create("http://a:1"), URI.create("http://b:2")), settings.etcd().endpoints());
        assertEquals(Duration.ofSeconds(8), settings.etcd().connectTimeout());
        assertEquals(Duration.ofSeconds(40), settings.registrar().ttl());
        assertEquals("/other/services/by-uuid/a", settings.layout().service("a").toStringUtf8());
    }

    @Test
    void variablesOfQuarkusBesideThoseOfOsLively() {
        LivelySettings settings = OSLIVELY
                .withVariable("QUARKUS_LIVELY_ETCD_ENDPOINTS", "http://a:1")
                .withVariable("QUARKUS_LIVELY_STATUS_TTL", "50")
                .settings();
        assertEquals(List.of(URI.create("http://a:1")), settings.etcd().endpoints());
        assertEquals(Duration.ofSeconds(50), settings.registrar().ttl());
    }

    @ParameterizedTest
    @CsvSource({ "::1, http://[::1]:2379", "[::1], http://[::1]:2379", "2001:db8::7, http://[2001:db8::7]:2379",
            "::ffff:10.0.0.1, http://[::ffff:10.0.0.1]:2379", "10.0.0.1, http://10.0.0.1:2379" })
    void addressAsHost(String host, URI endpoint) {
        LivelySettings settings = Configured.nothing().withVariable("OSLIVELY_ETCD_HOST", host).settings();
        assertEquals(List.of(endpoint), settings.etcd().endpoints());
    }
}
