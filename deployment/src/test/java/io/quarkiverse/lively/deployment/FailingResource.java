package io.quarkiverse.lively.deployment;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkus.runtime.StartupEvent;

@Path("/failing")
public class FailingResource {

    private static final String HOW = "broken";

    @Inject
    LivenessRegistry registry;

    @GET
    public String state() {
        int port = registry.registration().record().endpoint().map(Endpoint::port).orElse(-1);
        return registry.registration().state().name() + " at " + port;
    }

    void started(@Observes StartupEvent event) {
        if (HOW.equals("brok" + "en")) {
            throw new IllegalStateException("broken");
        }
    }
}
