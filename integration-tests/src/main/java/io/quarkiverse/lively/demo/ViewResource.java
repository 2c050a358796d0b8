package io.quarkiverse.lively.demo;

import java.util.List;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;

import org.jboss.resteasy.reactive.RestQuery;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ServiceRecord;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;

/** The fleet as this application knows it, without asking etcd. */
@Path("/view")
@NonBlocking
public class ViewResource {

    private final LivenessView view;

    ViewResource(LivenessView view) {
        this.view = view;
    }

    @GET
    @Path("/up")
    @Produces(MediaType.TEXT_PLAIN)
    public boolean isUp(@RestQuery String uuid, @RestQuery String type, @RestQuery String host) {
        if (uuid == null && (type == null || host == null)) {
            throw new InvalidServiceException("uuid", "ask by uuid, or by type and host");
        }
        return uuid != null ? view.isUp(uuid) : view.isUp(type, host);
    }

    /** Not on the event loop: it may be many. */
    @GET
    @Path("/services")
    @Blocking
    public List<ServiceRecord> list(UriInfo uri) {
        return view.list(Filters.of(uri));
    }

    @GET
    @Path("/freshness")
    public Freshness freshness() {
        return view.freshness();
    }
}
