package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The manifest on the page about Kubernetes does what the page says. */
@Execution(ExecutionMode.CONCURRENT)
class KubernetesExampleIT {

    private static final Path MANIFEST = Path.of("..", "docs", "modules", "ROOT", "examples", "kubernetes.yaml");
    /** What the Downward API tells a pod. */
    private static final Map<String, String> POD = Map.of("metadata.namespace", "shop", "metadata.name",
            "inventory-6d4cf56db6-x7k2p", "status.podIP", "127.0.0.1", "spec.nodeName", "node-7");

    private static JsonNode pod;
    private static JsonNode container;
    private static Map<String, String> environment;

    @BeforeAll
    static void read() throws IOException {
        pod = new YAMLMapper().readTree(MANIFEST.toFile()).at("/spec/template/spec");
        container = pod.at("/containers/0");
        environment = new LinkedHashMap<>();
        container.get("env").forEach(variable -> environment.put(variable.get("name").asText(), variable.has("value")
                ? variable.get("value").asText()
                : POD.get(variable.at("/valueFrom/fieldRef/fieldPath").asText())));
    }

    @Test
    void itsVariablesAreProperties() {
        LivelyConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withSources(new EnvConfigSource(environment, 300)).withMapping(LivelyConfig.class).build()
                .unwrap(SmallRyeConfig.class).getConfigMapping(LivelyConfig.class);
        assertEquals(3, config.etcd().endpoints().size());
        assertEquals(Optional.of("shop"), config.etcd().keyNamespace());
        assertEquals(Duration.ofSeconds(10), config.statusTtl());
        assertEquals(Optional.of("inventory"), config.service().type());
        assertEquals(Optional.of(POD.get("metadata.name")), config.service().host());
        assertEquals(Optional.of(POD.get("status.podIP")), config.service().address());
        assertEquals(Map.of("node", "node-7"), config.service().metadata());
        assertTrue(config.registration().ephemeral());
        assertEquals(8, environment.keySet().stream().filter(name -> name.startsWith("QUARKUS_LIVELY_")).count(),
                "each is asserted above");

        Duration stopping = duration("QUARKUS_SHUTDOWN_DELAY").plus(duration("QUARKUS_SHUTDOWN_TIMEOUT"))
                .plus(config.shutdown().timeout());
        Duration grace = Duration.ofSeconds(pod.get("terminationGracePeriodSeconds").asLong());
        assertTrue(grace.compareTo(stopping.plusSeconds(5)) > 0, grace + " must be longer than " + stopping);
        assertTrue(container.path("lifecycle").isMissingNode(), "no preStop hook is needed");
    }

    @Test
    void aPodIsReadyServesOnAfterDownAndLeavesNothing() throws InterruptedException {
        Map<String, String> here = new LinkedHashMap<>(environment);
        try (EtcdServer etcd = EtcdServer.started()) {
            here.put("QUARKUS_LIVELY_ETCD_ENDPOINTS", etcd.url());
            try (DemoProcess demo = DemoProcess.start(here).awaitRegistered()) {
                assertEquals(POD.get("metadata.name"), demo.get("/self").path("host"));
                assertEquals(List.of("/shop/services/by-uuid/" + demo.uuid()), etcd.keys("/shop/services/by-uuid/"));
                assertEquals(200, probe(demo, "readinessProbe"));
                assertEquals(200, probe(demo, "livenessProbe"));

                Measured stop = Measured.fromNow();
                demo.terminate();
                stop.await("from SIGTERM to DOWN in etcd", Duration.ofSeconds(1),
                        () -> etcd.keys("/shop/services/by-status/UP/").isEmpty());
                Awaitility.await("not ready").atMost(Duration.ofSeconds(2)).until(() -> probe(demo, "readinessProbe") == 503);
                assertEquals(200, demo.get("/view/freshness").statusCode());

                assertTrue(demo.hasEndedWithin(Duration.ofSeconds(pod.get("terminationGracePeriodSeconds").asLong())));
                stop.check("from SIGTERM to the end of a pod, delay 5 s", Duration.ofSeconds(7));
                assertEquals(List.of(), etcd.keys("/shop/services/"));
            }
        }
    }

    private static int probe(DemoProcess demo, String name) {
        return demo.get(container.at("/" + name + "/httpGet/path").asText()).statusCode();
    }

    private static Duration duration(String variable) {
        return DurationConverter.parseDuration(environment.get(variable));
    }
}
