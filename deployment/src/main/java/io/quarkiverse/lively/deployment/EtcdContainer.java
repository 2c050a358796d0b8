package io.quarkiverse.lively.deployment;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

import io.quarkus.devservices.common.ConfigureUtil;
import io.quarkus.runtime.LaunchMode;

/** An etcd in a container, reachable on a port of the Docker host. */
final class EtcdContainer implements LocalEtcd {

    static final int CLIENT_PORT = 2379;
    /** As the Dev Services of Quarkus call theirs. */
    static final String SHARED_LABEL = "quarkus-dev-service-lively";

    private static final String ALL_ADDRESSES = "http://0.0.0.0:" + CLIENT_PORT;

    private final String image;
    private final LaunchMode mode;
    private final int port;
    private final Optional<String> sharedAs;
    private final Duration patience;
    private GenericContainer<?> container;

    /**
     * @param port of the Docker host; 0 for a free one
     * @param sharedAs the name by which others find it, if they may
     * @param patience how long it may take to start, apart from the download of the image
     */
    EtcdContainer(String image, LaunchMode mode, int port, Optional<String> sharedAs, Duration patience) {
        this.image = image;
        this.mode = mode;
        this.port = port;
        this.sharedAs = sharedAs;
        this.patience = patience;
    }

    @Override
    public String description() {
        return "etcd in a container of " + image;
    }

    @Override
    public void start() {
        // Not before: a name that is no image's must fail here, where it can be caught.
        container = new GenericContainer<>(DockerImageName.parse(image))
                .withExposedPorts(CLIENT_PORT)
                // Not as arguments: where the program is, differs from image to image.
                .withEnv("ETCD_LISTEN_CLIENT_URLS", ALL_ADDRESSES)
                .withEnv("ETCD_ADVERTISE_CLIENT_URLS", ALL_ADDRESSES)
                .waitingFor(Wait.forHttp("/health").forPort(CLIENT_PORT))
                .withStartupTimeout(patience);
        container.setPortBindings(List.of(binding(DockerClientFactory.instance().dockerHostIpAddress(), port)));
        sharedAs.ifPresent(name -> container.withLabel(SHARED_LABEL, name));
        // Quarkus labels the containers that it is given, and sees this one only from outside.
        ConfigureUtil.configureLabels(container, mode);
        try {
            container.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where Docker is on this machine, nobody on another one gets at it. */
    static String binding(String dockerHost, int port) {
        return (dockerHost.equals("localhost") ? "127.0.0.1:" : "") + (port == 0 ? "" : port) + ":" + CLIENT_PORT;
    }

    @Override
    public String getConnectionInfo() {
        return "http://" + container.getHost() + ":" + container.getMappedPort(CLIENT_PORT);
    }

    @Override
    public String getContainerId() {
        return container.getContainerId();
    }

    @Override
    public void close() {
        container.stop();
    }
}
