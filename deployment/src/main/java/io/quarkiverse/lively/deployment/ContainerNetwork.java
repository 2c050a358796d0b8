package io.quarkiverse.lively.deployment;

import java.util.List;
import java.util.Optional;

import io.quarkus.deployment.builditem.DevServicesComposeProjectBuildItem;
import io.quarkus.deployment.builditem.DevServicesSharedNetworkBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;

/**
 * The network that the container of an etcd joins.
 *
 * @param ofCompose the id of the network of the Compose project; empty if there is no such project
 * @param shared whether it joins the network that all containers of Dev Services share
 * @param ofApplication whether the application runs in that network, too, in a container: the ports of this machine do not
 *        exist for it
 */
record ContainerNetwork(Optional<String> ofCompose, boolean shared, boolean ofApplication) {

    /** Of an application that runs on this machine. */
    static final ContainerNetwork NONE = new ContainerNetwork(Optional.empty(), false, false);

    private static final String INTEGRATION_TEST = "io.quarkus.test.junit";

    static ContainerNetwork of(DevServicesComposeProjectBuildItem compose, DevServicesConfig config,
            List<DevServicesSharedNetworkBuildItem> requests) {
        return new ContainerNetwork(Optional.ofNullable(compose.getDefaultNetworkId()),
                DevServicesSharedNetworkBuildItem.isSharedNetworkRequired(config, requests),
                requests.stream().anyMatch(request -> request.getSource().equals(INTEGRATION_TEST)));
    }
}
