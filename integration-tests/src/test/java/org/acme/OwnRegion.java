package org.acme;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.quarkiverse.lively.LivelyMetadataKey;
import io.smallrye.stork.api.LoadBalancer;
import io.smallrye.stork.api.NoServiceInstanceFoundException;
import io.smallrye.stork.api.ServiceInstance;

/** Chooses an instance of one region; one of any other region only if that region has none. */
public record OwnRegion(String region) implements LoadBalancer {

    @Override
    public ServiceInstance selectServiceInstance(Collection<ServiceInstance> instances) {
        List<ServiceInstance> near = instances.stream()
                .filter(instance -> region.equals(instance.getMetadata().getMetadata().get(LivelyMetadataKey.REGION))).toList();
        List<ServiceInstance> choice = near.isEmpty() ? List.copyOf(instances) : near;
        if (choice.isEmpty()) {
            throw new NoServiceInstanceFoundException("No instance is UP");
        }
        return choice.get(ThreadLocalRandom.current().nextInt(choice.size()));
    }
}
