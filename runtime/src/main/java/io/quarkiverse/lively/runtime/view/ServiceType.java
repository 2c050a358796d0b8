package io.quarkiverse.lively.runtime.view;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.PersistentMap;

/**
 * The services of one type, by host. It never changes.
 *
 * @param plain the services whose names are as they should be: nearly all
 * @param others the hosts of which there is more to know
 */
record ServiceType(String name, PersistentMap<String, ServiceRecord> plain, PersistentMap<String, Named> others) {

    static ServiceType empty(String name) {
        return new ServiceType(name, PersistentMap.empty(ServiceRecord::host), PersistentMap.empty(Named::host));
    }

    static ServiceType of(String name, Collection<Named> all) {
        List<ServiceRecord> plain = new ArrayList<>();
        List<Named> others = new ArrayList<>();
        for (Named named : all) {
            if (named.isPlain()) {
                plain.add(named.bearers().get(0));
            } else if (!named.isNobody()) {
                others.add(named);
            }
        }
        return new ServiceType(name, PersistentMap.of(ServiceRecord::host, plain), PersistentMap.of(Named::host, others));
    }

    boolean isEmpty() {
        return plain.size() == 0 && others.size() == 0;
    }

    /** The one that is found by that host; null if there is none. */
    ServiceRecord find(String host) {
        ServiceRecord found = plain.get(host);
        if (found != null) {
            return found;
        }
        Named named = others.get(host);
        return named == null ? null : named.found();
    }

    Named named(String host) {
        ServiceRecord found = plain.get(host);
        if (found != null) {
            return Named.plainly(found);
        }
        Named named = others.get(host);
        return named == null ? Named.nobody(host) : named;
    }

    ServiceType with(Named named) {
        if (named.isPlain()) {
            return new ServiceType(name, plain.with(named.bearers().get(0)), others.without(named.host()));
        }
        return new ServiceType(name, plain.without(named.host()),
                named.isNobody() ? others.without(named.host()) : others.with(named));
    }

    /** Whoever has that host, found by it or not. */
    void bearers(String host, Consumer<ServiceRecord> action) {
        named(host).bearers().forEach(action);
    }

    void forEach(Consumer<ServiceRecord> action) {
        plain.forEach(action);
        others.forEach(named -> named.bearers().forEach(action));
    }
}
