package io.quarkiverse.lively.demo;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;

/**
 * The filters of a request, all of them repeatable:
 * {@code ?type=orders&type=inventory&region=eu-west&liveness=UP&metadata=tier=gold}.
 */
final class Filters {

    private static final List<String> NAMES = List.of("uuid", "type", "host", "region", "liveness", "metadata");

    private final MultivaluedMap<String, String> parameters;

    private Filters(MultivaluedMap<String, String> parameters) {
        this.parameters = parameters;
    }

    static ServiceQuery of(UriInfo uri) {
        Filters filters = new Filters(uri.getQueryParameters());
        uri.getQueryParameters().keySet().stream().filter(name -> !NAMES.contains(name)).findFirst().ifPresent(name -> {
            throw new InvalidServiceException(name, "there is no such filter; there are " + NAMES);
        });
        return new ServiceQuery(filters.values("uuid"), filters.values("type"), filters.values("host"),
                filters.values("region"),
                filters.values("liveness").stream().map(Filters::liveness).collect(Collectors.toSet()), filters.metadata());
    }

    private Set<String> values(String name) {
        return new HashSet<>(parameters.getOrDefault(name, List.of()));
    }

    private Map<String, String> metadata() {
        return values("metadata").stream().map(filter -> filter.split("=", 2))
                .collect(Collectors.toMap(part -> part[0], part -> {
                    if (part.length < 2) {
                        throw new InvalidServiceException("metadata", "the metadata must be name=value");
                    }
                    return part[1];
                }));
    }

    private static Liveness liveness(String liveness) {
        try {
            return Liveness.valueOf(liveness.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidServiceException("liveness", "the liveness must be one of " + List.of(Liveness.values()));
        }
    }
}
