package io.quarkiverse.lively.runtime.view;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceEvent;

/**
 * The events that one subscriber has not had yet. One thread puts them in and another takes them out, and neither waits for
 * long.
 * <p>
 * Past its room, and until it is empty again, it holds one event for each service that changed, the sum of all changes since
 * the last that was taken out. RESYNCED is a barrier: it comes after the differences that it vouches for, and what changes
 * after it is summed by itself. So there are at most two events of each service, and one RESYNCED.
 */
final class Mailbox {

    private final int room;
    private Iterator<LivenessEvent> snapshot = List.<LivenessEvent> of().iterator();
    private final Queue<LivenessEvent> each = new ArrayDeque<>();
    /** By uuid, in the order of the latest change. Used past the room. */
    private final Map<String, ServiceEvent> sums = new LinkedHashMap<>();
    /** RESYNCED, after these sums; null if there is none. */
    private Resynced barrier;
    /** The same, of what changed after the barrier. */
    private final Map<String, ServiceEvent> laterSums = new LinkedHashMap<>();

    Mailbox(int room) {
        this.room = room;
    }

    /** What comes before everything else. It does not count, as it is made one by one. */
    synchronized void begin(Iterator<LivenessEvent> events) {
        snapshot = events;
    }

    synchronized void put(LivenessEvent event) {
        if (sums.isEmpty() && barrier == null && each.size() < room) {
            each.add(event);
            return;
        }
        while (!each.isEmpty()) {
            sum(each.remove());
        }
        sum(event);
    }

    /** The next event; null if there is none. */
    synchronized LivenessEvent take() {
        if (snapshot.hasNext()) {
            return snapshot.next();
        }
        if (!each.isEmpty()) {
            return each.remove();
        }
        Iterator<ServiceEvent> oldest = sums.values().iterator();
        if (oldest.hasNext()) {
            LivenessEvent event = oldest.next();
            oldest.remove();
            return event;
        }
        LivenessEvent event = barrier;
        barrier = null;
        sums.putAll(laterSums);
        laterSums.clear();
        return event;
    }

    private void sum(LivenessEvent event) {
        if (event instanceof ServiceEvent change) {
            add(change, barrier == null ? sums : laterSums);
        } else {
            // It vouches for what came after the former one, too. All other events come with the snapshot.
            laterSums.values().forEach(later -> add(later, sums));
            laterSums.clear();
            barrier = (Resynced) event;
        }
    }

    private static void add(ServiceEvent event, Map<String, ServiceEvent> sums) {
        String uuid = event.service().uuid();
        // Taken out first, so that it comes after everything that is older.
        ServiceEvent former = sums.remove(uuid);
        Optional<ServiceEvent> sum = former == null ? Optional.of(event) : sum(former, event);
        sum.ifPresent(change -> sums.put(uuid, change));
    }

    /** Empty if the service came and went. */
    private static Optional<ServiceEvent> sum(ServiceEvent first, ServiceEvent last) {
        return EventClock.event(EventClock.previous(first), EventClock.current(last), last.reason(), last.revision(), last.at(),
                first.coalesced() + last.coalesced());
    }
}
