package io.quarkiverse.lively.runtime.stork;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Which services Stork is to have under one of its names.
 *
 * @param name of the service in Stork
 * @param query those of the right type, in the right region, that are UP
 */
record Offer(String name, ServiceQuery query) {

    /**
     * @throws ConfigurationException naming the property that is wrong
     */
    static Offer of(String name, LivelyConfiguration parameters) {
        String type = parameters.getServiceType() == null ? name : parameters.getServiceType();
        try {
            ServiceQuery query = ServiceQuery.ofTypes(type).withRegions(parts(parameters.getRegion()).toArray(String[]::new))
                    .withLiveness(Liveness.UP).withMetadata(metadata(name, parameters.getMetadata()));
            return new Offer(name, ServiceIdentity.checked(query));
        } catch (InvalidServiceException e) {
            String attribute = e.field().equals("type") ? "service-type" : e.field();
            throw invalid(name, attribute, e.field().equals("type") ? type : parameters.getRegion(), e.getMessage());
        }
    }

    /** Whether it is one of them, whatever it was found by. */
    boolean has(ServiceRecord service) {
        return query.matches(service) && includes(service);
    }

    /** Also one without an endpoint may be UP, but nobody can call it. */
    boolean includes(ServiceRecord service) {
        return service.endpoint().isPresent();
    }

    private static Map<String, String> metadata(String name, String required) {
        Map<String, String> metadata = new LinkedHashMap<>();
        parts(required).forEach(part -> {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw invalid(name, "metadata", required, "it must be name=value, or several of them with commas between them");
            }
            metadata.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
        });
        return metadata;
    }

    private static Stream<String> parts(String list) {
        return list == null ? Stream.empty() : Arrays.stream(list.split(",", -1)).map(String::strip);
    }

    private static ConfigurationException invalid(String name, String attribute, String value, String why) {
        String property = "quarkus.stork." + name + ".service-discovery." + attribute;
        return new ConfigurationException(property + " is '" + PrintableText.of(value) + "', but " + why, Set.of(property));
    }
}
