package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkus.devservices.common.ConfigureUtil;
import io.quarkus.runtime.LaunchMode;

/** An etcd in a container, reachable on a port of the Docker host. */
final class EtcdContainer implements LocalEtcd {

    static final int CLIENT_PORT = 2379;
    /** As the Dev Services of Quarkus call theirs. */
    static final String SHARED_LABEL = "quarkus-dev-service-lively";

    private static final Duration PULL_PATIENCE = Duration.ofSeconds(20);
    private static final String ALL_ADDRESSES = "http://0.0.0.0:" + CLIENT_PORT;

    private static final String HOST_NAME_PREFIX = "etcd";

    private final DevServices config;
    private final LaunchMode mode;
    private final int port;
    private final Optional<String> sharedAs;
    private final ContainerNetwork network;
    private final Duration patience;
    private GenericContainer<?> container;
    private String nameInNetwork;

    /**
     * @param port of the Docker host; 0 for a free one
     * @param sharedAs the name by which others find it, if they may
     * @param patience how long it may take to start, apart from the download of the image
     */
    EtcdContainer(DevServices config, LaunchMode mode, int port, Optional<String> sharedAs, ContainerNetwork network,
            Duration patience) {
        this.config = config;
        this.mode = mode;
        this.port = port;
        this.sharedAs = sharedAs;
        this.network = network;
        this.patience = patience;
    }

    @Override
    public String description() {
        return "etcd in a container of " + config.imageName();
    }

    @Override
    public void start() {
        // Not before: a name that is no image's must fail here, where it can be caught.
        DockerImageName name = DockerImageName.parse(config.imageName());
        pull(ImageNameSubstitutor.instance().apply(name));
        container = new GenericContainer<>(name)
                .withExposedPorts(CLIENT_PORT)
                // Not as arguments: where the program is, differs from image to image.
                .withEnv("ETCD_LISTEN_CLIENT_URLS", ALL_ADDRESSES)
                .withEnv("ETCD_ADVERTISE_CLIENT_URLS", ALL_ADDRESSES)
                .withEnv(config.containerEnv())
                .waitingFor(Wait.forHttp("/health").forPort(CLIENT_PORT))
                .withStartupTimeout(patience);
        nameInNetwork = ConfigureUtil.configureNetwork(container, network.ofCompose().orElse(null), network.shared(),
                HOST_NAME_PREFIX);
        PortBinding binding = binding(DockerClientFactory.instance().dockerHostIpAddress(), port);
        container.withCreateContainerCmdModifier(create -> create.getHostConfig().withPortBindings(binding));
        sharedAs.ifPresent(label -> container.withLabel(SHARED_LABEL, label));
        // Quarkus labels the containers that it is given, and sees this one only from outside.
        ConfigureUtil.configureLabels(container, mode);
        try {
            container.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void pull(DockerImageName image) {
        try (DockerClient docker = DockerClientProviderStrategy
                .getClientForConfig(DockerClientFactory.instance().getTransportConfig())) {
            ImagePull pull = new ImagePull(docker, image, PULL_PATIENCE);
            if (pull.isNeeded()) {
                Announcement.info("Dev Services for Lively: Docker pulls the image " + image.asCanonicalNameString()
                        + ". If that fails for " + PULL_PATIENCE.toSeconds() + " s, they go on without a container").printNow();
                pull.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a loopback address, if that is the name of the Docker host: other machines do not reach the container then. */
    static PortBinding binding(String dockerHost, int port) {
        String address = loopback(dockerHost).map(InetAddress::getHostAddress).orElse(null);
        return new PortBinding(new Ports.Binding(address, port == 0 ? null : Integer.toString(port)),
                ExposedPort.tcp(CLIENT_PORT));
    }

    /** The address of IPv4, if the name has several. Empty if one of its addresses is no loopback address. */
    private static Optional<InetAddress> loopback(String host) {
        try {
            InetAddress[] all = InetAddress.getAllByName(host);
            return Arrays.stream(all).allMatch(InetAddress::isLoopbackAddress)
                    ? Arrays.stream(all).min(Comparator.comparing(address -> address.getAddress().length))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    @Override
    public String getConnectionInfo() {
        return network.ofApplication() ? "http://" + nameInNetwork + ":" + CLIENT_PORT : hostUrl();
    }

    /** By address, if that is a loopback address: a name may have another one, too, at which etcd is not. */
    @Override
    public String hostUrl() {
        String host = container.getHost();
        String address = loopback(host).map(InetAddress::getHostAddress).orElse(host);
        return "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + container.getMappedPort(CLIENT_PORT);
    }

    @Override
    public String getContainerId() {
        return container.getContainerId();
    }

    @Override
    public void close() {
        if (container != null) {
            container.stop();
        }
    }
}
