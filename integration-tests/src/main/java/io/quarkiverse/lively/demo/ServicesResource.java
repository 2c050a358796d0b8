package io.quarkiverse.lively.demo;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;

import org.jboss.resteasy.reactive.RestPath;

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

    /** The filters are repeatable: {@code ?type=orders&type=inventory&region=eu-west&status=UP}. */
    @GET
    public List<ServiceRecord> list(UriInfo uri) {
        MultivaluedMap<String, String> filters = uri.getQueryParameters();
        return registry.list(new ServiceQuery(filter(filters, "uuid"), filter(filters, "type"), filter(filters, "host"),
                filter(filters, "region"),
                filter(filters, "status").stream().map(ServicesResource::liveness).collect(Collectors.toSet())));
    }

    @GET
    @Path("/{uuid}")
    public ServiceRecord find(@RestPath String uuid) {
        return registry.find(uuid).orElseThrow(() -> new NotFoundException("No service has the uuid " + uuid));
    }

    private static Set<String> filter(MultivaluedMap<String, String> filters, String name) {
        return new HashSet<>(filters.getOrDefault(name, List.of()));
    }

    private static Liveness liveness(String status) {
        try {
            return Liveness.valueOf(status.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidServiceException("status", "the status must be one of " + List.of(Liveness.values()));
        }
    }
}
