package io.quarkiverse.lively.runtime.view;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.ServiceChange;

/**
 * Tells the loss of a part of the fleet from the loss of data: services that go in a mass, without a word of DOWN, were more
 * likely lost by etcd than by a crash of all of them in the moment in which nobody watched.
 */
final class Brake {

    private static final int LEAST = 10;

    private Brake() {
    }

    /**
     * The services that are not to be believed gone.
     *
     * @param shown what was known before
     * @param changes what a list says
     */
    static Set<String> suspects(Fleet shown, List<ServiceChange> changes) {
        Map<String, Integer> up = new HashMap<>();
        shown.services().forEach(service -> {
            if (service.isUp()) {
                up.merge(service.type(), 1, Integer::sum);
            }
        });
        Map<String, Set<String>> gone = new HashMap<>();
        for (ServiceChange change : changes) {
            ServiceRecord before = shown.find(change.uuid());
            if (before != null && before.isUp() && isGone(change)) {
                gone.computeIfAbsent(before.type(), type -> new HashSet<>()).add(change.uuid());
            }
        }
        Set<String> suspects = new HashSet<>();
        gone.forEach((type, uuids) -> {
            if (up.get(type) >= LEAST && uuids.size() * 2 > up.get(type)) {
                suspects.addAll(uuids);
            }
        });
        return suspects;
    }

    /** Whether nothing is left of it that says it is up, and nobody said that it is down. */
    static boolean isGone(ServiceChange change) {
        return change.current().isEmpty() || change.current().get().liveness() == Liveness.EXPIRED;
    }
}
