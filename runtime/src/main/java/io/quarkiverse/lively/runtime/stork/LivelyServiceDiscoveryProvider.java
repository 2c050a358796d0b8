package io.quarkiverse.lively.runtime.stork;

import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.stork.api.ServiceDiscovery;
import io.smallrye.stork.api.config.ServiceConfig;
import io.smallrye.stork.api.config.ServiceDiscoveryAttribute;
import io.smallrye.stork.api.config.ServiceDiscoveryType;
import io.smallrye.stork.spi.ServiceDiscoveryProvider;
import io.smallrye.stork.spi.StorkInfrastructure;

/**
 * Service discovery of the type {@code lively} for SmallRye Stork: the services that are UP in the view of this application.
 * A bean only in applications that have Stork. The view starts with the application if Stork has a service of this type by
 * then, else at the first question.
 */
@Singleton
@ServiceDiscoveryType("lively")
@ServiceDiscoveryAttribute(name = "service-type", description = "The type of the services. By default the name that the service has in Stork.")
@ServiceDiscoveryAttribute(name = "region", description = "The region that the services must be in; several, separated by commas, mean any of them. By default all regions.")
@ServiceDiscoveryAttribute(name = "metadata", description = "The metadata that the services must have, as name=value; several, separated by commas, must all be there. By default none.")
public class LivelyServiceDiscoveryProvider implements ServiceDiscoveryProvider<LivelyConfiguration> {

    private final LivelyLifecycle lively;
    private final LivelyConfig config;
    private volatile boolean used;

    @Inject
    LivelyServiceDiscoveryProvider(LivelyLifecycle lively, LivelyConfig config) {
        this.lively = lively;
        this.config = config;
    }

    /** What Stork generates to load this class calls it where there is no CDI. */
    LivelyServiceDiscoveryProvider() {
        throw new IllegalStateException("Service discovery of the type lively needs the extension quarkus-smallrye-stork");
    }

    @Override
    public ServiceDiscovery createServiceDiscovery(LivelyConfiguration parameters, String serviceName,
            ServiceConfig serviceConfig, StorkInfrastructure infrastructure) {
        Offer offer = Offer.of(serviceName, parameters);
        used = true;
        Duration patience = config.etcd().connectTimeout().plus(config.etcd().requestTimeout());
        return new LivelyServiceDiscovery(lively::view, offer, patience, new SystemPlatform());
    }

    /** Before the first call of a client, which would have to wait for it. */
    void startView(@Observes StartupEvent event) {
        if (used && config.active()) {
            lively.view().freshness();
        }
    }
}
