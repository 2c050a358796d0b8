package io.quarkiverse.lively.demo;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestQuery;

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
        return uuid != null ? registry.isUp(uuid) : registry.isUp(type, host);
    }
}
