package io.quarkiverse.lively.runtime.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.quarkiverse.lively.ServiceRecord;

/**
 * Who has one host, among the services of one type.
 *
 * @param holder the uuid that the registry names for type and host, if any: a hint
 * @param bearers the services whose records have them; one, but for what a client left that guards nothing
 */
record Named(String host, Optional<String> holder, List<ServiceRecord> bearers) {

    private static final Comparator<ServiceRecord> LATEST = (one, other) -> one.revision() == other.revision()
            ? one.uuid().compareTo(other.uuid())
            : Long.compare(one.revision(), other.revision());

    /** As it should be: one service has the name, and the registry names it. */
    static Named plainly(ServiceRecord service) {
        return new Named(service.host(), Optional.of(service.uuid()), List.of(service));
    }

    static Named nobody(String host) {
        return new Named(host, Optional.empty(), List.of());
    }

    boolean isNobody() {
        return holder.isEmpty() && bearers.isEmpty();
    }

    /** Whether there is nothing more to know than the one service that has the name. */
    boolean isPlain() {
        return bearers.size() == 1 && holder.filter(bearers.get(0).uuid()::equals).isPresent();
    }

    /** The one that is found by type and host; null if there is none. */
    ServiceRecord found() {
        ServiceRecord latest = null;
        // Readers come by here, and must allocate nothing.
        for (int i = 0; i < bearers.size(); i++) {
            ServiceRecord bearer = bearers.get(i);
            if (holder.isPresent() && holder.get().equals(bearer.uuid())) {
                return bearer;
            }
            if (latest == null || LATEST.compare(bearer, latest) > 0) {
                latest = bearer;
            }
        }
        return latest;
    }

    Named heldBy(Optional<String> uuid) {
        return new Named(host, uuid, bearers);
    }

    Named with(ServiceRecord service) {
        List<ServiceRecord> others = without(service.uuid()).bearers;
        if (others.isEmpty()) {
            return new Named(host, holder, List.of(service));
        }
        List<ServiceRecord> all = new ArrayList<>(others);
        all.add(service);
        return new Named(host, holder, List.copyOf(all));
    }

    Named without(String uuid) {
        return new Named(host, holder,
                bearers.isEmpty() ? bearers : bearers.stream().filter(bearer -> !bearer.uuid().equals(uuid)).toList());
    }
}
