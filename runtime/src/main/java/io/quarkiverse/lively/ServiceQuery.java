package io.quarkiverse.lively;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which services to list. A service is listed if every filter that is not empty contains it; with no filter at all, the
 * whole fleet is listed. Immutable; each {@code with…} method returns a copy with more values in one filter.
 *
 * <pre>
 * registry.list(ServiceQuery.types("inventory", "orders").withRegions("eu-west").withLiveness(Liveness.UP));
 * </pre>
 *
 * @param uuids to which the uuid must belong; empty: any
 * @param types to which the type must belong; empty: any
 * @param hosts to which the host must belong; empty: any
 * @param regions to which the region must belong; empty: any
 * @param liveness to which the liveness must belong; empty: any
 */
public record ServiceQuery(Set<String> uuids, Set<String> types, Set<String> hosts, Set<String> regions,
        Set<Liveness> liveness) {

    private static final ServiceQuery ALL = new ServiceQuery(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

    /**
     * @throws InvalidServiceException if a filter is null, or has a value that is null or empty
     */
    public ServiceQuery {
        uuids = names("uuid", uuids);
        types = names("type", types);
        hosts = names("host", hosts);
        regions = names("region", regions);
        liveness = given("liveness", liveness);
    }

    /** The whole fleet. */
    public static ServiceQuery all() {
        return ALL;
    }

    /** The services with one of these uuids. */
    public static ServiceQuery uuids(String... uuids) {
        return ALL.withUuids(uuids);
    }

    /** The services of one of these types. */
    public static ServiceQuery types(String... types) {
        return ALL.withTypes(types);
    }

    /** The services on one of these hosts. */
    public static ServiceQuery hosts(String... hosts) {
        return ALL.withHosts(hosts);
    }

    /** The services in one of these regions. */
    public static ServiceQuery regions(String... regions) {
        return ALL.withRegions(regions);
    }

    /** The services that are in one of these ways alive or not. */
    public static ServiceQuery liveness(Liveness... liveness) {
        return ALL.withLiveness(liveness);
    }

    /** The same, with these uuids in its filter as well. */
    public ServiceQuery withUuids(String... more) {
        return new ServiceQuery(union(uuids, more), types, hosts, regions, liveness);
    }

    /** The same, with these types in its filter as well. */
    public ServiceQuery withTypes(String... more) {
        return new ServiceQuery(uuids, union(types, more), hosts, regions, liveness);
    }

    /** The same, with these hosts in its filter as well. */
    public ServiceQuery withHosts(String... more) {
        return new ServiceQuery(uuids, types, union(hosts, more), regions, liveness);
    }

    /** The same, with these regions in its filter as well. */
    public ServiceQuery withRegions(String... more) {
        return new ServiceQuery(uuids, types, hosts, union(regions, more), liveness);
    }

    /** The same, with these livenesses in its filter as well. */
    public ServiceQuery withLiveness(Liveness... more) {
        return new ServiceQuery(uuids, types, hosts, regions, union(liveness, more));
    }

    /** Whether that service is one of those that this query lists. */
    public boolean matches(ServiceRecord service) {
        return accepts(uuids, service.uuid()) && accepts(types, service.type()) && accepts(hosts, service.host())
                && accepts(regions, service.region()) && accepts(liveness, service.liveness());
    }

    private static <T> boolean accepts(Set<T> filter, T value) {
        return filter.isEmpty() || filter.contains(value);
    }

    @SafeVarargs
    private static <T> Set<T> union(Set<T> present, T... more) {
        Set<T> union = new LinkedHashSet<>(present);
        // What is null is refused with the rest, where the name of the filter is known.
        union.addAll(more == null ? Collections.singleton(null) : Arrays.asList(more));
        return union;
    }

    private static Set<String> names(String field, Set<String> names) {
        Set<String> given = given(field, names);
        if (given.contains("")) {
            throw new InvalidServiceException(field, "an empty " + field
                    + " matches no service; leave the filter out to match them all");
        }
        return given;
    }

    /** An immutable copy, in the order of the caller. That of the JDK has another order in each JVM. */
    private static <T> Set<T> given(String field, Set<T> values) {
        Checks.given(field, values).forEach(value -> Checks.given(field, value));
        return values.isEmpty() ? Set.of() : Collections.unmodifiableSet(new LinkedHashSet<>(values));
    }
}
