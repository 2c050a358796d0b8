package io.quarkiverse.lively.deployment;

import java.util.Optional;
import java.util.function.BooleanSupplier;

import org.jboss.logging.Logger;

import io.quarkus.devservices.common.ContainerLocator;
import io.quarkus.runtime.LaunchMode;

/**
 * Looks for a container that has the label of a shared one, as the Dev Services of Quarkus do.
 *
 * @param docker whether it works, which takes long to find out
 */
record ContainerSearch(String serviceName, BooleanSupplier docker) implements EtcdSearch {

    private static final Logger LOG = Logger.getLogger(ContainerSearch.class);

    @Override
    public Optional<LocalEtcd> find() {
        try {
            return docker.getAsBoolean() ? labelled() : Optional.empty();
        } catch (RuntimeException e) {
            // Then a container cannot be started either, which is announced.
            LOG.debug("Docker does not list its containers", e);
            return Optional.empty();
        }
    }

    private Optional<LocalEtcd> labelled() {
        // The locator knows of development only; one is shared by quarkus:run, too.
        return ContainerLocator.locateContainerWithLabels(EtcdContainer.CLIENT_PORT, EtcdContainer.SHARED_LABEL)
                .locateContainer(serviceName, true, LaunchMode.DEVELOPMENT)
                .map(found -> new FoundEtcd("etcd in the container " + serviceName + " of another application",
                        "http://" + found.getHost() + ":" + found.getPort(), found.getId(), true));
    }
}
