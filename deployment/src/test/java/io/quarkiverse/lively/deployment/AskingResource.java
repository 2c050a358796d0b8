package io.quarkiverse.lively.deployment;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.smallrye.mutiny.Uni;

/** Asks the registry, and handles no failure. */
@Path("/asking")
@Produces(MediaType.APPLICATION_JSON)
public class AskingResource {

    @Inject
    LivenessRegistry registry;
    @Inject
    ReactiveLivenessRegistry reactive;

    @GET
    @Path("/blocking")
    public boolean blocking() {
        return registry.isUp("a");
    }

    @GET
    @Path("/reactive")
    public Uni<Boolean> reactive() {
        return reactive.isUp("a");
    }

    @GET
    @Path("/unknown")
    public boolean unknown() {
        throw new io.quarkiverse.lively.UnknownServiceException("a");
    }
}
