package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/**
 * A container comes first, then the program on the path, each only if it is there, then the embedded one; or the one that is
 * named.
 */
class DevServicesCandidatesTest {

    private static final String CONTAINER = "etcd in a container of some/etcd:1";
    private static final String EMBEDDED = "an embedded etcd, in memory and for development and tests only";

    private static final String ENDPOINTS = "quarkus.lively.etcd.endpoints";

    private static final BooleanSupplier NOT_ASKED = () -> {
        throw new AssertionError("Docker is asked");
    };

    @TempDir
    Path installed;
    @TempDir
    Path empty;
    private Path program;

    @BeforeEach
    void install() throws IOException {
        program = Files.createFile(installed.resolve("etcd"));
        program.toFile().setExecutable(true);
    }

    @Test
    void containerBeforeProgramBeforeEmbedded() {
        assertEquals(List.of(CONTAINER, "etcd " + program, EMBEDDED), candidates(Provider.AUTO, true, empty, installed));
    }

    @Test
    void programWithoutDocker() {
        assertEquals(List.of("etcd " + program, EMBEDDED), candidates(Provider.AUTO, false, empty, installed));
    }

    @Test
    void containerWithoutProgram() {
        assertEquals(List.of(CONTAINER, EMBEDDED), candidates(Provider.AUTO, true, empty));
    }

    @Test
    void embeddedWithoutAnything() {
        assertEquals(List.of(EMBEDDED), candidates(Provider.AUTO, false, empty));
    }

    @Test
    void whatMayNotBeExecutedIsNoProgram() {
        program.toFile().setExecutable(false);

        assertEquals(List.of(EMBEDDED), candidates(Provider.AUTO, false, installed));
    }

    @Test
    void theOneThatIsNamedBeItThereOrNot() {
        assertEquals(List.of(CONTAINER), candidates(Provider.CONTAINER, false, installed));
        assertEquals(List.of("etcd " + program), candidates(Provider.BINARY, true, installed));
        assertEquals(List.of("etcd etcd"), candidates(Provider.BINARY, true, empty));
        assertEquals(List.of(EMBEDDED), candidates(Provider.EMBEDDED, true, installed));
    }

    @Test
    void aSharedOneIsLookedForAtItsPortAndAmongTheContainersButNotInTests() {
        EtcdSearch port = new PortSearch(7);
        EtcdSearch container = new ContainerSearch("ours", NOT_ASKED);
        assertEquals(List.of(port, container), searches(Provider.AUTO, LaunchMode.DEVELOPMENT, 7));
        assertEquals(List.of(port, container), searches(Provider.CONTAINER, LaunchMode.RUN, 7));
        assertEquals(List.of(port), searches(Provider.EMBEDDED, LaunchMode.RUN, 7));
        assertEquals(List.of(), searches(Provider.AUTO, LaunchMode.TEST, 7));
        assertEquals(Optional.empty(), new ContainerSearch("ours", () -> false).find());
    }

    /** Its answer takes long. */
    @Test
    void dockerIsNotAskedForOneThatIsAtItsPort() throws IOException {
        try (MemoryEtcd shared = MemoryEtcd.started(0)) {
            DevEtcd etcd = new DevEtcd(searches(Provider.AUTO, LaunchMode.DEVELOPMENT, shared.port()),
                    () -> LivelyDevServicesProcessor.candidates(new Configured(Provider.AUTO, OptionalInt.of(shared.port())),
                            LaunchMode.DEVELOPMENT, Duration.ofSeconds(1), NOT_ASKED, new SearchPath(List.of(empty))));
            etcd.start();
            assertEquals(Optional.of("http://127.0.0.1:" + shared.port()), etcd.url());
            etcd.close();
        }
    }

    static Stream<Map.Entry<Map<String, String>, String>> configurations() {
        return Stream.of(
                Map.entry(Map.of(), "not configured"),
                Map.entry(Map.of(ENDPOINTS, ""), "not configured, but set"),
                Map.entry(Map.of(ENDPOINTS, "${UNSET}"), "not configured, but set"),
                Map.entry(Map.of(ENDPOINTS, "${UNSET:}"), "not configured, but set"),
                Map.entry(Map.of(ENDPOINTS, "http://${UNSET}:2379"), "not configured, but set"),
                Map.entry(Map.of(ENDPOINTS, "${URL:}", "URL", ""), "not configured, but set"),
                Map.entry(Map.of(ENDPOINTS, "${URL}", "URL", "http://a:1"), "configured"),
                Map.entry(Map.of(ENDPOINTS, "${UNSET:http://a:1}"), "configured"),
                Map.entry(Map.of(ENDPOINTS, "http://a:1,http://b:1"), "configured"),
                Map.entry(Map.of("OSLIVELY_ETCD_HOST", "a"), "configured"),
                Map.entry(Map.of("OSLIVELY_ETCD_HOST", ""), "not configured"),
                Map.entry(Map.of(ENDPOINTS, "${UNSET}", "OSLIVELY_ETCD_HOST", "a"), "configured"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void whatCountsAsConfigured(Map.Entry<Map<String, String>, String> configuration) {
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(configuration.getKey(), "test", 100)).build();
        String now = LivelyDevServicesProcessor.isConfigured(config) ? "configured"
                : LivelyDevServicesProcessor.isSet(config) ? "not configured, but set" : "not configured";
        assertEquals(configuration.getValue(), now);
    }

    @ParameterizedTest
    @CsvSource({ "localhost, 127.0.0.1", "LocalHost, 127.0.0.1", "127.0.0.1, 127.0.0.1", "127.1.2.3, 127.1.2.3",
            "::1, 0:0:0:0:0:0:0:1", "[::1], 0:0:0:0:0:0:0:1" })
    void noOtherMachineReachesAContainerOnALoopbackHost(String dockerHost, String address) {
        assertEquals(new Ports.Binding(address, null), binding(dockerHost, 0));
        assertEquals(new Ports.Binding(address, "7"), binding(dockerHost, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = { "docker.invalid", "172.17.0.1", "10.127.0.0", "fe80::1" })
    void anyMachineReachesAContainerOnAnotherHost(String dockerHost) {
        assertEquals(Ports.Binding.empty(), binding(dockerHost, 0));
        assertEquals(Ports.Binding.bindPort(7), binding(dockerHost, 7));
    }

    private static Ports.Binding binding(String dockerHost, int port) {
        PortBinding bound = EtcdContainer.binding(dockerHost, port);
        assertEquals(EtcdContainer.CLIENT_PORT, bound.getExposedPort().getPort());
        return bound.getBinding();
    }

    private static List<EtcdSearch> searches(Provider provider, LaunchMode mode, int port) {
        return LivelyDevServicesProcessor.searches(new Configured(provider, OptionalInt.of(port)), mode, NOT_ASKED);
    }

    private static List<String> candidates(Provider provider, boolean docker, Path... path) {
        return LivelyDevServicesProcessor
                .candidates(new Configured(provider, OptionalInt.empty()), LaunchMode.TEST, Duration.ofSeconds(1),
                        () -> docker, new SearchPath(List.of(path)))
                .stream().map(LocalEtcd::description).toList();
    }

    private record Configured(Provider provider, OptionalInt port) implements DevServices {

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public boolean shared() {
            return true;
        }

        @Override
        public String serviceName() {
            return "ours";
        }

        @Override
        public String imageName() {
            return "some/etcd:1";
        }
    }
}
