package io.quarkiverse.lively.deployment;

import java.util.List;
import java.util.Optional;

import io.quarkus.deployment.builditem.DevServicesComposeProjectBuildItem;
import io.quarkus.devservices.common.ComposeLocator;
import io.quarkus.runtime.LaunchMode;

/**
 * Looks for an etcd in the Compose project of the application, which Quarkus has started.
 *
 * @param images parts of the names of its image
 */
record ComposeSearch(DevServicesComposeProjectBuildItem project, List<String> images, LaunchMode mode,
        ContainerNetwork network) implements EtcdSearch {

    @Override
    public Optional<LocalEtcd> find() {
        return ComposeLocator
                .locateContainer(project, images, EtcdContainer.CLIENT_PORT, mode, network.ofApplication())
                .map(found -> new FoundEtcd("etcd of the Compose project " + project.getProject(),
                        "http://" + found.getHost() + ":" + found.getPort(), found.getId(), false));
    }
}
