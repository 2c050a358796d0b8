package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.EtcdKeys;
import io.quarkus.runtime.LaunchMode;

/**
 * The container of Dev Services, on a Docker engine that has the image of etcd that {@code LIVELY_ETCD_IMAGE} names.
 * {@code .ci/docker} starts such an engine.
 */
@EnabledIfEnvironmentVariable(named = EtcdContainerTest.IMAGE, matches = ".+", disabledReason = EtcdContainerTest.LACK)
class EtcdContainerTest {

    static final String IMAGE = "LIVELY_ETCD_IMAGE";
    static final String LACK = IMAGE + " names no image of etcd; .ci/docker starts a Docker engine that has one";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The label of the containers of one test. */
    private final String name = "test-" + UUID.randomUUID();
    private final DockerClient docker = DockerClientFactory.lazyClient();

    @AfterEach
    void removeWhatIsLeft() {
        containers().forEach(left -> docker.removeContainerCmd(left.getId()).withForce(true).exec());
    }

    @Test
    void isReachedOnThisMachineOnlyAndRemovedAtTheEnd() {
        LocalEtcd etcd = container(System.getenv(IMAGE), name);
        etcd.start();

        put(etcd.getConnectionInfo(), "1");
        assertHas(etcd.getConnectionInfo(), "1");
        assertEquals(List.of("127.0.0.1"), containers().stream().flatMap(running -> Arrays.stream(running.getPorts()))
                .map(port -> port.getIp()).toList());
        assertEquals(List.of(etcd.getContainerId()), containers().stream().map(Container::getId).toList());

        etcd.close();

        assertEquals(List.of(), containers());
    }

    /** Of another process: one process does not share a container with itself. */
    @Test
    void isSharedByItsLabelUntilTheFirstJvmExits() throws IOException, InterruptedException {
        Process first = anotherJvm();
        String url = url(first);
        put(url, "of the first");
        DevEtcd second = shared(name);
        second.start();

        assertEquals(List.of(second.getContainerId()), containers().stream().map(Container::getId).toList());
        assertHas(second.url().orElseThrow(), "of the first");
        second.close();
        assertHas(url, "of the first");

        first.destroy();
        first.waitFor();
        assertEquals(List.of(), containers());
    }

    /** Without the reaper of Testcontainers, which cannot be pulled here. The next one that shares a container finds it. */
    @Test
    void outlivesAJvmThatIsKilledAndIsFoundByTheNext() throws IOException, InterruptedException {
        Process jvm = anotherJvm();
        put(url(jvm), "of a JVM that was killed");

        jvm.destroyForcibly();
        jvm.waitFor();
        DevEtcd next = shared(name);
        next.start();

        assertHas(next.url().orElseThrow(), "of a JVM that was killed");
        next.close();
        assertEquals(1, containers().size(), "it belongs to the other JVM");

        for (DocPage.Block block : DocPage.named("dev-services.adoc").blocks("shell")) {
            assertEquals(0, new ProcessBuilder("bash", "-c", block.text()).inheritIO().start().waitFor(), block.where());
        }
        assertEquals(List.of(), containers(), "removed as the page says");
    }

    /** As an integration test does whose application runs in a container. A proxy of etcd stands in for the application. */
    @Test
    void isReachedFromAnotherContainerInTheSharedNetwork() {
        LocalEtcd etcd = new EtcdContainer(
                Configured.provider(Provider.CONTAINER).imageName(System.getenv(IMAGE)), LaunchMode.TEST, 0,
                Optional.of(name), new ContainerNetwork(Optional.empty(), true, true), PATIENCE);
        etcd.start();
        try (GenericContainer<?> application = new GenericContainer<>(System.getenv(IMAGE))
                .withNetwork(Network.SHARED).withExposedPorts(EtcdContainer.CLIENT_PORT)
                .withCommand("/etcd", "grpc-proxy", "start", "--endpoints", etcd.getConnectionInfo(), "--listen-addr",
                        "0.0.0.0:" + EtcdContainer.CLIENT_PORT)) {
            application.start();
            put(etcd.hostUrl(), "1");

            assertHas("http://127.0.0.1:" + application.getMappedPort(EtcdContainer.CLIENT_PORT), "1");
        } finally {
            etcd.close();
        }
        assertTrue(etcd.getConnectionInfo().matches("http://etcd-[a-z0-9]+:2379"), etcd.getConnectionInfo());
    }

    @Test
    void hasTheEnvironmentAndTheLabelsThatAreConfigured() {
        LocalEtcd etcd = new EtcdContainer(
                Configured.provider(Provider.CONTAINER).imageName(System.getenv(IMAGE))
                        .containerEnv(
                                Map.of("ETCD_NAME", "of-a-test", "ETCD_INITIAL_CLUSTER", "of-a-test=http://localhost:2380")),
                LaunchMode.DEVELOPMENT, 0, Optional.of(name), ContainerNetwork.NONE, PATIENCE);
        etcd.start();
        ContainerConfig config = docker.inspectContainerCmd(etcd.getContainerId()).exec().getConfig();
        etcd.close();

        assertTrue(List.of(config.getEnv()).contains("ETCD_NAME=of-a-test"), () -> List.of(config.getEnv()).toString());
        assertEquals(name, config.getLabels().get("quarkus-dev-service-lively"));
        assertEquals("DEVELOPMENT", config.getLabels().get("io.quarkus.devservice.launch-mode"));
    }

    /** An engine without a network: the image is one that only a registry has. */
    @Test
    void anImageThatCannotBePulledIsGivenUpForTheNextProvider() {
        LocalEtcd next = new EmbeddedEtcd(0);
        DevEtcd etcd = etcd(List.of(), container("registry.invalid/etcd:1", name), next);

        long start = System.nanoTime();
        etcd.start();
        Duration taken = Duration.ofNanos(System.nanoTime() - start);

        assertEquals(Optional.of(next.getConnectionInfo()), etcd.url());
        Announcement failure = etcd.announcements().get(0);
        assertEquals(Logger.Level.WARN, failure.level());
        assertTrue(failure.text().startsWith(
                "etcd in a container of registry.invalid/etcd:1 did not start: Docker cannot pull the image: "),
                failure.text());
        assertTrue(taken.compareTo(Duration.ofSeconds(25)) < 0, () -> "It took " + taken);
        etcd.close();
    }

    private static LocalEtcd container(String image, String name) {
        return new EtcdContainer(Configured.provider(Provider.CONTAINER).imageName(image), LaunchMode.DEVELOPMENT, 0,
                Optional.of(name), ContainerNetwork.NONE, PATIENCE);
    }

    private static DevEtcd shared(String name) {
        return etcd(List.of(new ContainerSearch(name, () -> true)), container(System.getenv(IMAGE), name));
    }

    private static DevEtcd etcd(List<EtcdSearch> searches, LocalEtcd... candidates) {
        return new DevEtcd(searches, () -> List.of(candidates), List::of, Announcement::log);
    }

    private List<Container> containers() {
        return docker.listContainersCmd().withShowAll(true).withLabelFilter(Map.of(EtcdContainer.SHARED_LABEL, name)).exec();
    }

    private static void put(String url, String value) {
        keys(url).put("/" + value, "");
    }

    private static void assertHas(String url, String value) {
        assertEquals(List.of("/" + value), keys(url).all("/"));
    }

    private static EtcdKeys keys(String url) {
        return new EtcdKeys(URI.create(url).getPort());
    }

    private static String url(Process jvm) {
        return jvm.inputReader().lines().filter(line -> line.startsWith("http")).findFirst().orElseThrow();
    }

    private Process anotherJvm() throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Starting.class.getName(), name)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static final class Starting {

        public static void main(String[] arguments) throws InterruptedException {
            DevEtcd etcd = shared(arguments[0]);
            etcd.start();
            System.out.println(etcd.url().orElseThrow());
            Thread.currentThread().join();
        }
    }
}
