package io.quarkiverse.lively.deployment;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.LivenessRegistry;

@Path("/state")
public class StateResource {

    @Inject
    LivenessRegistry registry;

    @GET
    public String state() {
        return "before " + registry.registration().state();
    }
}
