package io.quarkiverse.lively.demo;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;

import org.jboss.resteasy.reactive.RestStreamElementType;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.smallrye.mutiny.Multi;

/** What there is and what changes, as server-sent events. */
@Path("/events")
public class EventsResource {

    private final LivenessView view;

    EventsResource(LivenessView view) {
        this.view = view;
    }

    @GET
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<LivenessEvent> events(UriInfo uri) {
        return view.watch(Filters.of(uri));
    }
}
