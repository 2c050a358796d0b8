package io.quarkiverse.lively.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** The endpoints that etcdctl accepts are accepted. Those that are refused are in {@link BadConfigurationTest}. */
class EndpointsTest {

    @ParameterizedTest
    @CsvSource({ "etcd:2379, http://etcd:2379", "127.0.0.1:2379, http://127.0.0.1:2379", "[::1]:2379, http://[::1]:2379",
            "HTTP://etcd:2379, http://etcd:2379", "http://ETCD:2379, http://ETCD:2379",
            "' http://etcd:2379 ', http://etcd:2379",
            "http://etcd:2379/, http://etcd:2379", "http://etcd:2379//, http://etcd:2379",
            "http://etcd:2379/v3, http://etcd:2379", "http://etcd:2379?a=b, http://etcd:2379",
            "http://etcd:2379#a, http://etcd:2379", "http://et_cd:2379, http://et_cd:2379",
            "et_cd.a-b:2379, http://et_cd.a-b:2379",
            "http://etcd.example.com.:2379, http://etcd.example.com.:2379", "http://etcd:02379, http://etcd:2379",
            "http://[::1%25lo]:2379, http://[::1%lo]:2379", "[::1%lo]:2379, http://[::1%lo]:2379" })
    void accepted(String endpoint, URI meant) {
        assertEquals(List.of(meant), endpoints(endpoint));
    }

    /** Empty ones do not count. */
    @Test
    void several() {
        assertEquals(List.of(URI.create("http://a:1"), URI.create("http://b:2")), endpoints("a:1,http://b:2,"));
        assertEquals(List.of(URI.create("http://a:1"), URI.create("http://b:2")), endpoints(",a:1,,b:2"));
    }

    @Test
    void withoutASchemeByTlsIfTheOthersAre() {
        assertEquals(List.of(URI.create("https://a:1"), URI.create("https://b:2")), endpoints("a:1,HTTPS://b:2"));
    }

    /** As etcdctl does. */
    @ParameterizedTest
    @ValueSource(strings = { "%s:%d", "http://%s:%d/v3", "HTTP://LOCALHOST:%2$d", "http://[::1%%25lo]:%3$d", "[::1%%lo]:%3$d" })
    @NeedsProgram("etcd")
    void connected(String form) {
        try (EtcdServer etcd = EtcdServer.started(); CutProxy ipv6 = new CutProxy("::1", 0, etcd.port())) {
            Lively lively = Configured.nothing()
                    .with("etcd.endpoints", form.formatted("127.0.0.1", etcd.port(), ipv6.port())).lively();
            LivenessRegistry registry = lively.registry();
            assertTrue(registry.find("unknown").isEmpty());
            lively.close();
        }
    }

    private static List<URI> endpoints(String configured) {
        return Configured.nothing().with("etcd.endpoints", configured).settings().etcd().endpoints();
    }
}
