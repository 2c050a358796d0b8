package io.quarkiverse.lively.runtime.management;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.vertx.core.MultiMap;

/**
 * The filters of a request, all of them repeatable:
 * {@code ?type=orders&type=inventory&region=eu-west&liveness=UP&metadata=tier=gold}.
 */
final class ServiceFilters {

    private static final List<String> NAMES = List.of("uuid", "type", "host", "region", "liveness", "metadata");

    private ServiceFilters() {
    }

    static ServiceQuery of(MultiMap parameters) {
        parameters.names().stream().filter(name -> !NAMES.contains(name)).findFirst().ifPresent(name -> {
            throw new InvalidServiceException(name, "there is no filter '" + name + "'; there are " + NAMES);
        });
        return new ServiceQuery(values(parameters, "uuid"), values(parameters, "type"), values(parameters, "host"),
                values(parameters, "region"),
                values(parameters, "liveness").stream().map(ServiceFilters::liveness)
                        .collect(Collectors.toCollection(LinkedHashSet::new)),
                metadata(parameters.getAll("metadata")));
    }

    private static Set<String> values(MultiMap parameters, String name) {
        return new LinkedHashSet<>(parameters.getAll(name));
    }

    private static Map<String, String> metadata(List<String> filters) {
        Map<String, String> metadata = new LinkedHashMap<>();
        filters.forEach(filter -> {
            int equals = filter.indexOf('=');
            if (equals <= 0) {
                throw new InvalidServiceException("metadata", "the metadata must be name=value");
            }
            metadata.put(filter.substring(0, equals), filter.substring(equals + 1));
        });
        return metadata;
    }

    private static Liveness liveness(String name) {
        try {
            return Liveness.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidServiceException("liveness", "the liveness must be one of " + List.of(Liveness.values()));
        }
    }
}
