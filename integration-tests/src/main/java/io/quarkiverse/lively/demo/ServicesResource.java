package io.quarkiverse.lively.demo;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;

import org.jboss.resteasy.reactive.RestPath;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.UnknownServiceException;

/** The services of the fleet. */
@Path("/services")
public class ServicesResource {

    private final LivenessRegistry registry;

    ServicesResource(LivenessRegistry registry) {
        this.registry = registry;
    }

    /**
     * A service to be written. What {@code GET} tells beside that may be there, and does not count.
     *
     * @param uuid may be left out: it then follows from type and host
     * @param region may be left out: {@code default}
     * @param status may be left out: UP
     * @param maintenance may be left out: none
     * @param endpoint may be left out; else as it was read
     * @param metadata may be left out; else as it was read
     * @param revision the one that was read; left out for a new service
     */
    @JsonIgnoreProperties({ "up", "owned", "liveness", "reason", "since" })
    public record ServiceUpdate(String uuid, String type, String host, String region, String status, Window maintenance,
            Endpoint endpoint, Map<String, String> metadata, long revision) {
    }

    /**
     * A maintenance.
     *
     * @param note may be left out
     * @param start may be left out: at once
     * @param end may be left out: until somebody lifts it
     */
    public record Window(String note, Instant start, Instant end) {

        Maintenance maintenance() {
            return new Maintenance(note == null ? "" : note, Optional.ofNullable(start), Optional.ofNullable(end));
        }
    }

    @GET
    public List<ServiceRecord> list(UriInfo uri) {
        return registry.list(Filters.of(uri));
    }

    @GET
    @Path("/{uuid}")
    public ServiceRecord find(@RestPath String uuid) {
        return registry.find(uuid).orElseThrow(() -> new UnknownServiceException(uuid));
    }

    /** What happened to it, the newest first. */
    @GET
    @Path("/{uuid}/history")
    public List<Transition> history(@RestPath String uuid) {
        return registry.history(uuid);
    }

    @POST
    public ServiceRecord update(ServiceUpdate update) {
        if (update == null) {
            throw new InvalidServiceException("type", "a service needs a type and a host");
        }
        if (update.uuid() != null && update.uuid().isEmpty()) {
            throw new InvalidServiceException("uuid", "the uuid must not be empty; leave it out to have one made");
        }
        ServiceDefinition definition = ServiceDefinition.of(orEmpty(update.type()), orEmpty(update.host()))
                .withUuid(orEmpty(update.uuid()))
                .withRegion(update.region() == null ? "default" : update.region())
                .withStatus(update.status() == null ? Status.UP : Status.of(update.status()))
                .withMetadata(update.metadata() == null ? Map.of() : update.metadata());
        if (update.maintenance() != null) {
            definition = definition.withMaintenance(update.maintenance().maintenance());
        }
        if (update.endpoint() != null) {
            definition = definition.withEndpoint(update.endpoint());
        }
        return registry.update(definition, update.revision());
    }

    /** Without a body: until somebody lifts it. Otherwise curl would have to say what it does not send. */
    @PUT
    @Path("/{uuid}/down")
    @Consumes(MediaType.APPLICATION_JSON)
    public ServiceRecord down(@RestPath String uuid, Window window) {
        return window == null ? registry.down(uuid) : registry.down(uuid, window.maintenance());
    }

    @PUT
    @Path("/{uuid}/up")
    public ServiceRecord up(@RestPath String uuid) {
        return registry.up(uuid);
    }

    @DELETE
    @Path("/{uuid}")
    public void delete(@RestPath String uuid) {
        if (registry.delete(uuid).isEmpty()) {
            throw new UnknownServiceException(uuid);
        }
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }
}
