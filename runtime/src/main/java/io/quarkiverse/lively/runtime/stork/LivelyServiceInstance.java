package io.quarkiverse.lively.runtime.stork;

import java.util.Map;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivelyMetadataKey;
import io.quarkiverse.lively.ServiceRecord;
import io.smallrye.stork.api.Metadata;
import io.smallrye.stork.impl.DefaultServiceInstance;
import io.smallrye.stork.utils.ServiceInstanceIds;

/** A service at one endpoint. Its metadata are the labels of the instance. */
final class LivelyServiceInstance extends DefaultServiceInstance {

    private final ServiceRecord service;

    private LivelyServiceInstance(long id, ServiceRecord service, Endpoint endpoint) {
        super(id, endpoint.address(), endpoint.port(), endpoint.secure(), service.metadata(),
                Metadata.of(LivelyMetadataKey.class, Map.of(LivelyMetadataKey.UUID, service.uuid(),
                        LivelyMetadataKey.TYPE, service.type(), LivelyMetadataKey.HOST, service.host(),
                        LivelyMetadataKey.REGION, service.region())));
        this.service = service;
    }

    /** Under an id that no other instance has. */
    static LivelyServiceInstance of(ServiceRecord service) {
        return new LivelyServiceInstance(ServiceInstanceIds.next(), service, service.endpoint().orElseThrow());
    }

    /** Whether there is nothing to tell of that service that would be different. Its revision is not told. */
    boolean isOf(ServiceRecord other) {
        return service == other || service.endpoint().equals(other.endpoint()) && service.metadata().equals(other.metadata())
                && service.type().equals(other.type()) && service.host().equals(other.host())
                && service.region().equals(other.region());
    }
}
