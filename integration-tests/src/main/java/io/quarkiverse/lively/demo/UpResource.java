package io.quarkiverse.lively.demo;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestQuery;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivenessRegistry;

/** Whether one service is up: by uuid, or by type and host. */
@Path("/up")
public class UpResource {

    private final LivenessRegistry registry;

    UpResource(LivenessRegistry registry) {
        this.registry = registry;
    }

    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public boolean isUp(@RestQuery String uuid, @RestQuery String type, @RestQuery String host) {
        if (uuid == null && (type == null || host == null)) {
            throw new InvalidServiceException("uuid", "ask by uuid, or by type and host");
        }
        return uuid != null ? registry.isUp(uuid) : registry.isUp(type, host);
    }
}
