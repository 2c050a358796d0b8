package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.deployment.builditem.DevServicesComposeProjectBuildItem;
import io.quarkus.deployment.builditem.DevServicesSharedNetworkBuildItem;
import io.quarkus.deployment.dev.devservices.ContainerInfo;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.deployment.dev.devservices.RunningContainer;
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

    private static final Duration PATIENCE = Duration.ofSeconds(1);

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

    /** The ports of this machine do not exist for it. */
    @Test
    void onlyAContainerForAnApplicationInAContainer() {
        for (Provider provider : Provider.values()) {
            EtcdProviders providers = new EtcdProviders(Configured.provider(provider), LaunchMode.TEST,
                    new ContainerNetwork(Optional.empty(), true, true), PATIENCE, NOT_ASKED,
                    new SearchPath(List.of(installed)));

            assertEquals(List.of(CONTAINER), providers.own().stream().map(LocalEtcd::description).toList());
        }
    }

    @Test
    void theNetworkOfTheContainer() {
        DevServicesComposeProjectBuildItem compose = new DevServicesComposeProjectBuildItem("shop", "network1", Map.of(),
                Map.of());
        DevServicesComposeProjectBuildItem none = new DevServicesComposeProjectBuildItem();
        DevServicesSharedNetworkBuildItem ofTest = new DevServicesSharedNetworkBuildItem("io.quarkus.test.junit");

        assertEquals(ContainerNetwork.NONE, ContainerNetwork.of(none, network(false), List.of()));
        assertEquals(new ContainerNetwork(Optional.of("network1"), false, false),
                ContainerNetwork.of(compose, network(false), List.of()));
        assertEquals(new ContainerNetwork(Optional.empty(), true, false), ContainerNetwork.of(none, network(true), List.of()));
        assertEquals(new ContainerNetwork(Optional.empty(), true, true),
                ContainerNetwork.of(none, network(false), List.of(ofTest)));
        assertEquals(ContainerNetwork.NONE,
                ContainerNetwork.of(none, network(false), List.of(new DevServicesSharedNetworkBuildItem("of an extension"))));
    }

    private static DevServicesConfig network(boolean shared) {
        return new SmallRyeConfigBuilder().withMapping(DevServicesConfig.class)
                .withDefaultValue("quarkus.devservices.launch-on-shared-network", Boolean.toString(shared)).build()
                .getConfigMapping(DevServicesConfig.class);
    }

    /** At the port that Docker has mapped, and by the name of its service for an application in the same network. */
    @Test
    void anEtcdOfTheComposeProject() {
        ContainerInfo container = new ContainerInfo("0123456789abcdef", new String[] { "etcd1" }, "quay.io/coreos/etcd:v3.5.21",
                "running", Map.of(), Map.of("com.docker.compose.service", "registry"),
                new ContainerInfo.ContainerPort[] { new ContainerInfo.ContainerPort("127.0.0.1", 2379, 32768, "tcp") });
        DevServicesComposeProjectBuildItem compose = new DevServicesComposeProjectBuildItem("shop", "network1",
                Map.of("registry", List.of(new RunningContainer(container, Map.of()))), Map.of());

        assertEquals(Optional.of("http://registry:2379"), new ComposeSearch(compose, List.of("some/etcd:1", "etcd"),
                LaunchMode.TEST, new ContainerNetwork(Optional.empty(), true, true)).find().map(LocalEtcd::getConnectionInfo));
        assertEquals(Optional.empty(),
                new ComposeSearch(compose, List.of("redis"), LaunchMode.TEST, ContainerNetwork.NONE).find());
    }

    @Test
    void applicationsOfOneUserShareInDevModeAndNotInTests() {
        Configured defaults = Configured.provider(Provider.AUTO);
        Sharing sharing = Sharing.of(defaults, LaunchMode.DEVELOPMENT, "alice").orElseThrow();

        assertEquals(Optional.of(sharing), Sharing.of(defaults, LaunchMode.RUN, "alice"));
        assertEquals(new Sharing(23876, "ours", "alice/ours"), sharing, "the same in each process");
        assertEquals(new Sharing(24735, "ours", "bob/ours"),
                Sharing.of(defaults, LaunchMode.DEVELOPMENT, "bob").orElseThrow());
        assertEquals(7, Sharing.of(defaults.port(7), LaunchMode.DEVELOPMENT, "alice").orElseThrow().port());
        assertEquals(Optional.empty(), Sharing.of(defaults.notShared(), LaunchMode.DEVELOPMENT, "alice"));
        assertEquals(Optional.empty(), Sharing.of(defaults.port(7), LaunchMode.TEST, "alice"));
    }

    /** In continuous testing the application in dev mode, which has the same configuration, has its etcd at the port. */
    @Test
    void thePortOfTheSharedOneIsNotForTests() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Configured embedded = Configured.provider(Provider.EMBEDDED).port(port);

        assertNotEquals("http://127.0.0.1:" + port, urlInTest(embedded));
        assertEquals("http://127.0.0.1:" + port, urlInTest(embedded.notShared()));
    }

    private static String urlInTest(Configured config) {
        LocalEtcd etcd = new EtcdProviders(config, LaunchMode.TEST, ContainerNetwork.NONE, PATIENCE, NOT_ASKED,
                new SearchPath(List.of())).own().get(0);
        etcd.start();
        String url = etcd.getConnectionInfo();
        etcd.close();
        return url;
    }

    @Test
    void theSharedOneIsLookedForAtItsPortAndAmongTheContainers() {
        EtcdSearch port = new PortSearch(7, "alice/ours", Duration.ofSeconds(3));
        EtcdSearch container = new ContainerSearch("ours", NOT_ASKED);
        assertEquals(List.of(port, container), searches(Provider.AUTO));
        assertEquals(List.of(port, container), searches(Provider.CONTAINER));
        assertEquals(List.of(port), searches(Provider.EMBEDDED));
        assertEquals(Optional.empty(), new ContainerSearch("ours", () -> false).find());
    }

    /** Its answer takes long. */
    @Test
    void dockerIsNotAskedForOneThatIsAtItsPort() throws IOException {
        try (MemoryEtcd shared = MemoryEtcd.started(0); EtcdProbe owner = new EtcdProbe("127.0.0.1", shared.port())) {
            Sharing sharing = new Sharing(shared.port(), "ours", "alice/ours");
            owner.leave(sharing.mark(), PATIENCE);
            EtcdProviders providers = new EtcdProviders(Configured.provider(Provider.AUTO), LaunchMode.DEVELOPMENT,
                    ContainerNetwork.NONE, PATIENCE, NOT_ASKED, new SearchPath(List.of(empty)));
            DevEtcd etcd = new DevEtcd(LivelyDevServicesProcessor.searches(sharing, providers),
                    () -> providers.shared(sharing), providers::own, line -> {
                    });
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

    private static List<EtcdSearch> searches(Provider provider) {
        return LivelyDevServicesProcessor.searches(new Sharing(7, "ours", "alice/ours"),
                new EtcdProviders(Configured.provider(provider), LaunchMode.DEVELOPMENT, ContainerNetwork.NONE, PATIENCE,
                        NOT_ASKED, new SearchPath(List.of())));
    }

    private static List<String> candidates(Provider provider, boolean docker, Path... path) {
        return new EtcdProviders(Configured.provider(provider), LaunchMode.TEST, ContainerNetwork.NONE, PATIENCE,
                () -> docker, new SearchPath(List.of(path))).own().stream().map(LocalEtcd::description).toList();
    }
}
