package io.quarkiverse.lively;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * A choice of services. A service matches if every filter that is not empty contains it; with no filter at all, the whole fleet
 * matches. Immutable. Each {@code with…} method returns a copy in which the values replace those of one filter, each
 * {@code and…} method a copy in which they are added to it.
 *
 * <pre>
 * registry.list(ServiceQuery.ofTypes("inventory", "orders").withRegions("eu-west").withLiveness(Liveness.UP));
 * </pre>
 *
 * @param uuids to which the uuid must belong; empty: any
 * @param types to which the type must belong; empty: any
 * @param hosts to which the host must belong; empty: any
 * @param regions to which the region must belong; empty: any
 * @param liveness to which the liveness must belong; empty: any
 * @param metadata all of which the service must have; empty: any. A service that no process keeps alive has none
 */
public record ServiceQuery(Set<String> uuids, Set<String> types, Set<String> hosts, Set<String> regions,
        Set<Liveness> liveness, Map<String, String> metadata) {

    private static final ServiceQuery ALL = new ServiceQuery(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Map.of());

    /**
     * @throws InvalidServiceException if a filter has an empty value, naming the field: {@code uuid}, {@code type},
     *         {@code host} or {@code region}
     */
    public ServiceQuery {
        uuids = names("uuid", copyOf("uuids", uuids));
        types = names("type", copyOf("types", types));
        hosts = names("host", copyOf("hosts", hosts));
        regions = names("region", copyOf("regions", regions));
        liveness = copyOf("liveness", liveness);
        metadata = Checks.copyOf("metadata", metadata);
    }

    /** The whole fleet. */
    public static ServiceQuery all() {
        return ALL;
    }

    /** The services with one of these uuids. */
    public static ServiceQuery ofUuids(String... uuids) {
        return ALL.withUuids(uuids);
    }

    /** The services of one of these types. */
    public static ServiceQuery ofTypes(String... types) {
        return ALL.withTypes(types);
    }

    /** The services on one of these hosts. */
    public static ServiceQuery ofHosts(String... hosts) {
        return ALL.withHosts(hosts);
    }

    /** The services in one of these regions. */
    public static ServiceQuery ofRegions(String... regions) {
        return ALL.withRegions(regions);
    }

    /** The services whose liveness is one of these. */
    public static ServiceQuery ofLiveness(Liveness... liveness) {
        return ALL.withLiveness(liveness);
    }

    /** The services that have this value under this name in their metadata. */
    public static ServiceQuery ofMetadata(String name, String value) {
        return ALL.andMetadata(name, value);
    }

    /** The same, but with these uuids; with none, any uuid matches. */
    public ServiceQuery withUuids(String... uuids) {
        return new ServiceQuery(setOf("uuids", uuids), types, hosts, regions, liveness, metadata);
    }

    /** The same, but with these types; with none, any type matches. */
    public ServiceQuery withTypes(String... types) {
        return new ServiceQuery(uuids, setOf("types", types), hosts, regions, liveness, metadata);
    }

    /** The same, but with these hosts; with none, any host matches. */
    public ServiceQuery withHosts(String... hosts) {
        return new ServiceQuery(uuids, types, setOf("hosts", hosts), regions, liveness, metadata);
    }

    /** The same, but with these regions; with none, any region matches. */
    public ServiceQuery withRegions(String... regions) {
        return new ServiceQuery(uuids, types, hosts, setOf("regions", regions), liveness, metadata);
    }

    /** The same, but with these livenesses; with none, any liveness matches. */
    public ServiceQuery withLiveness(Liveness... liveness) {
        return new ServiceQuery(uuids, types, hosts, regions, setOf("liveness", liveness), metadata);
    }

    /** The same, but with these metadata; with none, any metadata match. */
    public ServiceQuery withMetadata(Map<String, String> metadata) {
        return new ServiceQuery(uuids, types, hosts, regions, liveness, metadata);
    }

    /** The same, with these uuids as well. */
    public ServiceQuery andUuids(String... more) {
        return new ServiceQuery(union(uuids, "uuids", more), types, hosts, regions, liveness, metadata);
    }

    /** The same, with these types as well. */
    public ServiceQuery andTypes(String... more) {
        return new ServiceQuery(uuids, union(types, "types", more), hosts, regions, liveness, metadata);
    }

    /** The same, with these hosts as well. */
    public ServiceQuery andHosts(String... more) {
        return new ServiceQuery(uuids, types, union(hosts, "hosts", more), regions, liveness, metadata);
    }

    /** The same, with these regions as well. */
    public ServiceQuery andRegions(String... more) {
        return new ServiceQuery(uuids, types, hosts, union(regions, "regions", more), liveness, metadata);
    }

    /** The same, with these livenesses as well. */
    public ServiceQuery andLiveness(Liveness... more) {
        return new ServiceQuery(uuids, types, hosts, regions, union(liveness, "liveness", more), metadata);
    }

    /** The same, but the service must also have this value under this name in its metadata. */
    public ServiceQuery andMetadata(String name, String value) {
        Map<String, String> both = new TreeMap<>(metadata);
        both.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return new ServiceQuery(uuids, types, hosts, regions, liveness, both);
    }

    /** Whether that service is one of those that this query chooses. */
    public boolean matches(ServiceRecord service) {
        return accepts(uuids, service.uuid()) && accepts(types, service.type()) && accepts(hosts, service.host())
                && accepts(regions, service.region()) && accepts(liveness, service.liveness())
                && service.metadata().entrySet().containsAll(metadata.entrySet());
    }

    private static <T> boolean accepts(Set<T> filter, T value) {
        return filter.isEmpty() || filter.contains(value);
    }

    private static <T> Set<T> setOf(String parameter, T[] values) {
        return union(Set.of(), parameter, values);
    }

    private static <T> Set<T> union(Set<T> present, String parameter, T[] more) {
        Set<T> union = new LinkedHashSet<>(present);
        union.addAll(Arrays.asList(Objects.requireNonNull(more, parameter)));
        return union;
    }

    private static Set<String> names(String field, Set<String> names) {
        if (names.contains("")) {
            throw new InvalidServiceException(field, "an empty " + field
                    + " matches no service; leave the filter out to match them all");
        }
        return names;
    }

    /** An immutable copy, in the order of the caller. That of the JDK has another order in each JVM. */
    private static <T> Set<T> copyOf(String parameter, Collection<T> values) {
        Objects.requireNonNull(values, parameter).forEach(value -> Objects.requireNonNull(value, parameter));
        return values.isEmpty() ? Set.of() : Collections.unmodifiableSet(new LinkedHashSet<>(values));
    }
}
