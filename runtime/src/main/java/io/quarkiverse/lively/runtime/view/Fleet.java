package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.NameChange;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/**
 * All services at one revision, with their indexes. It never changes.
 *
 * @param services by uuid
 * @param names by type, then by host
 * @param regions by region, then by uuid
 * @param seen when the services that do not say since when they are as they are were first seen so, by uuid
 */
record Fleet(long revision, PersistentMap<String, ServiceRecord> services,
        PersistentMap<String, PersistentMap<String, Named>> names,
        PersistentMap<String, PersistentMap<String, ServiceRecord>> regions, PersistentMap<String, Instant> seen) {

    static final Fleet EMPTY = new Fleet(0, PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty(),
            PersistentMap.empty());

    /** What a list says. */
    static Fleet of(RegistryChanges list, Instant at) {
        Fleet fleet = EMPTY.at(list.revision());
        for (NameChange name : list.names()) {
            fleet = fleet.withHolder(name.type(), name.host(), name.holder());
        }
        for (ServiceChange service : list.services()) {
            fleet = fleet.with(service.uuid(), service.current(), at);
        }
        return fleet;
    }

    /** The service with that uuid; null if there is none. */
    ServiceRecord find(String uuid) {
        return services.get(uuid);
    }

    /** The service of that type on that host; null if there is none. */
    ServiceRecord find(String type, String host) {
        PersistentMap<String, Named> hosts = names.get(type);
        Named named = hosts == null ? null : hosts.get(host);
        return named == null ? null : named.found();
    }

    /** Those that match, in the order of their uuids. */
    List<ServiceRecord> list(ServiceQuery query) {
        List<ServiceRecord> found = new ArrayList<>();
        candidates(query, service -> {
            if (query.matches(service)) {
                found.add(service);
            }
        });
        found.sort(Comparator.comparing(ServiceRecord::uuid));
        return List.copyOf(found);
    }

    Fleet at(long otherRevision) {
        return new Fleet(otherRevision, services, names, regions, seen);
    }

    /** When a service that does not say since when it is as it is was first seen so. */
    Instant seenAt(String uuid) {
        return seen.get(uuid);
    }

    /**
     * @param at when that was seen
     */
    Fleet with(String uuid, Optional<ServiceRecord> service, Instant at) {
        ServiceRecord former = services.get(uuid);
        PersistentMap<String, PersistentMap<String, Named>> newNames = names;
        PersistentMap<String, PersistentMap<String, ServiceRecord>> newRegions = regions;
        if (former != null) {
            newNames = named(newNames, former.type(), former.host(),
                    name(newNames, former.type(), former.host()).without(uuid));
            newRegions = inner(newRegions, former.region(), newRegions.get(former.region()).without(uuid));
        }
        if (service.isEmpty()) {
            return new Fleet(revision, services.without(uuid), newNames, newRegions, seen.without(uuid));
        }
        ServiceRecord now = service.get();
        newNames = named(newNames, now.type(), now.host(), name(newNames, now.type(), now.host()).with(now));
        PersistentMap<String, ServiceRecord> region = newRegions.get(now.region());
        newRegions = inner(newRegions, now.region(),
                (region == null ? PersistentMap.<String, ServiceRecord> empty() : region).with(uuid, now));
        return new Fleet(revision, services.with(uuid, now), newNames, newRegions, seen(former, now, at));
    }

    /** The registry names that service for that type and host. */
    Fleet withHolder(String type, String host, Optional<String> uuid) {
        return new Fleet(revision, services, named(names, type, host, name(names, type, host).heldBy(uuid)), regions, seen);
    }

    /** Whether both have the same services under the same names. */
    boolean hasSameServicesAs(Fleet other) {
        return services.size() == other.services.size() && list(ServiceQuery.all()).stream()
                .allMatch(service -> service.equals(other.find(service.uuid()))
                        && find(service.type(), service.host()).equals(other.find(service.type(), service.host())));
    }

    private PersistentMap<String, Instant> seen(ServiceRecord former, ServiceRecord now, Instant at) {
        if (now.since().isPresent()) {
            return seen.without(now.uuid());
        }
        boolean isStillSo = former != null && former.since().isEmpty() && former.liveness() == now.liveness();
        return isStillSo ? seen : seen.with(now.uuid(), at);
    }

    private void candidates(ServiceQuery query, Consumer<ServiceRecord> action) {
        if (!query.uuids().isEmpty()) {
            query.uuids().forEach(uuid -> present(services.get(uuid), action));
        } else if (!query.types().isEmpty()) {
            query.types().forEach(type -> ofType(type, query, action));
        } else if (!query.regions().isEmpty()) {
            query.regions().forEach(region -> present(regions.get(region), services -> services.forEach(action)));
        } else {
            services.forEach(action);
        }
    }

    private void ofType(String type, ServiceQuery query, Consumer<ServiceRecord> action) {
        present(names.get(type), hosts -> {
            if (query.hosts().isEmpty()) {
                hosts.forEach(named -> named.bearers().forEach(action));
            } else {
                query.hosts().forEach(host -> present(hosts.get(host), named -> named.bearers().forEach(action)));
            }
        });
    }

    private static <T> void present(T value, Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }

    private static Named name(PersistentMap<String, PersistentMap<String, Named>> names, String type, String host) {
        PersistentMap<String, Named> hosts = names.get(type);
        Named named = hosts == null ? null : hosts.get(host);
        return named == null ? Named.NOBODY : named;
    }

    private static PersistentMap<String, PersistentMap<String, Named>> named(
            PersistentMap<String, PersistentMap<String, Named>> names, String type, String host, Named named) {
        PersistentMap<String, Named> hosts = names.get(type);
        PersistentMap<String, Named> present = hosts == null ? PersistentMap.empty() : hosts;
        boolean nobody = named.bearers().isEmpty() && named.holder().isEmpty();
        return inner(names, type, nobody ? present.without(host) : present.with(host, named));
    }

    private static <T> PersistentMap<String, PersistentMap<String, T>> inner(
            PersistentMap<String, PersistentMap<String, T>> outer, String key, PersistentMap<String, T> value) {
        return value.size() == 0 ? outer.without(key) : outer.with(key, value);
    }
}
