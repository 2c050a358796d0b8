package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * What a native executable of the demo would be made of has what is looked up by name. GraalVM is not there to build it: that
 * it works is not shown.
 */
class NativeSourcesIT {

    private static final Path SOURCES = Path.of("target", "native-sources");

    @Test
    void whatIsFoundByReflectionIsKept() throws IOException {
        Set<String> missing = new TreeSet<>();
        Stream.of(TxnRequest.class, LeaseKeepAliveRequest.class, WatchResponse.class, Service.class, Claim.class, State.class,
                History.class).map(Class::getName).forEach(message -> {
                    missing.add(message);
                    missing.add(message + "$Builder");
                });
        missing.addAll(Set.of("io.grpc.netty.NettyChannelProvider", "io.grpc.internal.PickFirstLoadBalancerProvider",
                "io.quarkiverse.lively.runtime.stork.LivelyServiceDiscoveryProviderLoader"));
        JsonNode kept = configuration("reflect-config.json");
        kept.forEach(entry -> missing.remove(entry.get("name").asText()));
        assertEquals(Set.of(), missing);
    }

    @Test
    void storkFindsTheServiceDiscovery() throws IOException {
        Set<String> resources = new HashSet<>();
        configuration("resource-config.json").at("/resources/includes")
                .forEach(include -> resources.add(include.get("pattern").asText()));
        assertTrue(resources.contains("\\QMETA-INF/services/io.smallrye.stork.spi.internal.ServiceDiscoveryLoader\\E"),
                resources.toString());
    }

    private static JsonNode configuration(String file) throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            Path runner = files.filter(path -> path.toString().endsWith("-runner.jar")).findFirst().orElseThrow();
            try (JarFile jar = new JarFile(runner.toFile())) {
                return new ObjectMapper().readTree(jar.getInputStream(jar.getEntry("META-INF/native-image/" + file)));
            }
        }
    }
}
