package org.acme;

import java.util.stream.Collectors;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ServiceQuery;

@Path("/lively")
public class LivelyResource {

    @Inject
    LivenessRegistry registry;

    /** The services that are up, a line each: this application, and all others on the same etcd. */
    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public String up() {
        return registry.list(ServiceQuery.ofLiveness(Liveness.UP)).stream()
                .map(service -> service.type() + " on " + service.host() + "\n")
                .collect(Collectors.joining());
    }
}
