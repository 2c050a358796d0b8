package io.quarkiverse.lively.deployment;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;

/** Uses all of Lively that has threads and streams. */
@Path("/reloaded")
public class ReloadedResource {

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    @GET
    public String state() {
        return "before " + registry.registration().state() + " " + view.isUp(registry.registration().record().uuid());
    }

    void changed(@Observes LivenessEvent event) {
    }
}
