package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.NameChange;
import io.quarkiverse.lively.runtime.store.PersistentMap;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/**
 * All services at one revision, with their indexes. It never changes.
 *
 * @param services by uuid
 * @param types by name
 * @param regions by name
 * @param seen when the services that do not say since when they are as they are were first seen so, by uuid
 */
record Fleet(long revision, PersistentMap<String, ServiceRecord> services, PersistentMap<String, ServiceType> types,
        PersistentMap<String, Region> regions, PersistentMap<String, Seen> seen) {

    static final Fleet EMPTY = new Fleet(0, PersistentMap.empty(ServiceRecord::uuid), PersistentMap.empty(ServiceType::name),
            PersistentMap.empty(Region::name), PersistentMap.empty(Seen::uuid));

    /** What a list says. */
    static Fleet of(RegistryChanges list, Instant at) {
        List<ServiceRecord> services = new ArrayList<>(list.services().size());
        Map<String, Map<String, Named>> names = new HashMap<>();
        Map<String, List<ServiceRecord>> regions = new HashMap<>();
        List<Seen> seen = new ArrayList<>();
        for (NameChange name : list.names()) {
            names.computeIfAbsent(name.type(), type -> new HashMap<>())
                    .computeIfAbsent(name.host(), Named::nobody);
            names.get(name.type()).computeIfPresent(name.host(), (host, named) -> named.heldBy(name.holder()));
        }
        for (ServiceChange change : list.services()) {
            change.current().ifPresent(service -> {
                services.add(service);
                Map<String, Named> hosts = names.computeIfAbsent(service.type(), type -> new HashMap<>());
                hosts.put(service.host(), hosts.getOrDefault(service.host(), Named.nobody(service.host())).with(service));
                regions.computeIfAbsent(service.region(), region -> new ArrayList<>()).add(service);
                if (service.since().isEmpty()) {
                    seen.add(new Seen(service.uuid(), at, Optional.empty()));
                }
            });
        }
        return new Fleet(list.revision(), PersistentMap.of(ServiceRecord::uuid, services),
                PersistentMap.of(ServiceType::name,
                        names.entrySet().stream().map(type -> ServiceType.of(type.getKey(), type.getValue().values()))
                                .filter(type -> !type.isEmpty()).toList()),
                PersistentMap.of(Region::name,
                        regions.entrySet().stream().map(region -> new Region(region.getKey(),
                                PersistentMap.of(ServiceRecord::uuid, region.getValue()))).toList()),
                PersistentMap.of(Seen::uuid, seen));
    }

    /** The service with that uuid; null if there is none. */
    ServiceRecord find(String uuid) {
        return services.get(uuid);
    }

    /** The service of that type on that host; null if there is none. */
    ServiceRecord find(String type, String host) {
        ServiceType found = types.get(type);
        return found == null ? null : found.find(host);
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
        return new Fleet(otherRevision, services, types, regions, seen);
    }

    /** When a service that does not say since when it is as it is was first seen so. */
    Instant seenAt(String uuid) {
        Seen found = seen.get(uuid);
        return found == null ? null : found.at();
    }

    /** When a service that has expired was last known to be UP; empty if it was not seen UP before. */
    Optional<Instant> lastSeenAlive(String uuid) {
        return Optional.ofNullable(seen.get(uuid)).flatMap(Seen::lastAlive);
    }

    /**
     * @param at when that was seen
     * @param asOf when this fleet was known to be as it is
     */
    Fleet with(String uuid, Optional<ServiceRecord> service, Instant at, Instant asOf) {
        ServiceRecord former = services.get(uuid);
        Fleet left = former == null ? this : withoutPlaces(former);
        if (service.isEmpty()) {
            return new Fleet(revision, services.without(uuid), left.types, left.regions, seen.without(uuid));
        }
        ServiceRecord now = service.get();
        ServiceType type = left.type(now.type());
        Region region = left.regions.get(now.region());
        Region present = region == null ? Region.empty(now.region()) : region;
        return new Fleet(revision, services.with(now), left.types.with(type.with(type.named(now.host()).with(now))),
                left.regions.with(new Region(present.name(), present.services().with(now))), seen(former, now, at, asOf));
    }

    /** The registry names that service for that type and host. */
    Fleet withHolder(String type, String host, Optional<String> uuid) {
        return withName(type, type(type).named(host).heldBy(uuid));
    }

    /** The same, but the registry names nobody for types and hosts that a list does not tell of. */
    Fleet withHoldersOf(RegistryChanges list) {
        Map<String, Map<String, Optional<String>>> listed = new HashMap<>();
        list.names().forEach(
                name -> listed.computeIfAbsent(name.type(), type -> new HashMap<>()).put(name.host(), name.holder()));
        Fleet[] fleet = { this };
        types.forEach(type -> {
            Map<String, Optional<String>> hosts = listed.getOrDefault(type.name(), Map.of());
            List<String> gone = new ArrayList<>();
            type.plain().forEach(service -> gone.add(service.host()));
            type.others().forEach(named -> gone.add(named.host()));
            gone.removeIf(hosts::containsKey);
            gone.forEach(host -> fleet[0] = fleet[0].withHolder(type.name(), host, Optional.empty()));
        });
        return fleet[0];
    }

    /** Whether both have the same services under the same names. */
    boolean hasSameServicesAs(Fleet other) {
        return services.size() == other.services.size() && list(ServiceQuery.all()).stream()
                .allMatch(service -> service.equals(other.find(service.uuid()))
                        && find(service.type(), service.host()).equals(other.find(service.type(), service.host())));
    }

    private PersistentMap<String, Seen> seen(ServiceRecord former, ServiceRecord now, Instant at, Instant asOf) {
        if (now.since().isPresent()) {
            return seen.without(now.uuid());
        }
        boolean isStillSo = former != null && former.since().isEmpty() && former.liveness() == now.liveness();
        Optional<Instant> lastAlive = now.liveness() == Liveness.EXPIRED
                ? Optional.ofNullable(former).filter(ServiceRecord::isUp).map(up -> asOf)
                : Optional.empty();
        return isStillSo ? seen : seen.with(new Seen(now.uuid(), at, lastAlive));
    }

    private void candidates(ServiceQuery query, Consumer<ServiceRecord> action) {
        if (!query.uuids().isEmpty()) {
            query.uuids().forEach(uuid -> present(services.get(uuid), action));
        } else if (!query.types().isEmpty()) {
            query.types().forEach(type -> present(types.get(type), found -> ofType(found, query, action)));
        } else if (!query.regions().isEmpty()) {
            query.regions().forEach(region -> present(regions.get(region), found -> found.services().forEach(action)));
        } else {
            services.forEach(action);
        }
    }

    private static void ofType(ServiceType type, ServiceQuery query, Consumer<ServiceRecord> action) {
        if (query.hosts().isEmpty()) {
            type.forEach(action);
        } else {
            query.hosts().forEach(host -> type.bearers(host, action));
        }
    }

    private static <T> void present(T value, Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }

    private ServiceType type(String name) {
        ServiceType found = types.get(name);
        return found == null ? ServiceType.empty(name) : found;
    }

    private Fleet withName(String type, Named named) {
        ServiceType changed = type(type).with(named);
        return new Fleet(revision, services, changed.isEmpty() ? types.without(type) : types.with(changed), regions, seen);
    }

    /** Not found by its names any more. */
    private Fleet withoutPlaces(ServiceRecord former) {
        Fleet unnamed = withName(former.type(), type(former.type()).named(former.host()).without(former.uuid()));
        PersistentMap<String, ServiceRecord> left = regions.get(former.region()).services().without(former.uuid());
        return new Fleet(revision, services, unnamed.types,
                left.size() == 0 ? regions.without(former.region()) : regions.with(new Region(former.region(), left)), seen);
    }
}
