package io.quarkiverse.lively.demo;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;

import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;

/** The services of the fleet. */
@Path("/services")
public class ServicesResource {

    private final LivenessRegistry registry;

    ServicesResource(LivenessRegistry registry) {
        this.registry = registry;
    }

    @GET
    public List<ServiceRecord> list(@RestQuery List<String> uuid, @RestQuery List<String> type, @RestQuery List<String> host,
            @RestQuery List<String> region, @RestQuery List<String> status) {
        return registry.list(new ServiceQuery(new HashSet<>(uuid), new HashSet<>(type), new HashSet<>(host),
                new HashSet<>(region), status.stream().map(ServicesResource::liveness).collect(Collectors.toSet())));
    }

    @GET
    @Path("/{uuid}")
    public ServiceRecord find(@RestPath String uuid) {
        return registry.find(uuid).orElseThrow(() -> new NotFoundException("No service has the uuid " + uuid));
    }

    private static Liveness liveness(String status) {
        try {
            return Liveness.valueOf(status.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidServiceException("status", "the status must be one of " + Set.of(Liveness.values()));
        }
    }
}
