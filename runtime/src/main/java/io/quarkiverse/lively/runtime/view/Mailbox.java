package io.quarkiverse.lively.runtime.view;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessEvent.Kind;
import io.quarkiverse.lively.ServiceRecord;

/**
 * The events that one subscriber has not had yet. One thread puts them in and another takes them out, and neither waits for
 * long.
 * <p>
 * Past its room, and until it is empty again, it holds one event for each service that changed, the sum of all changes since
 * the last that was taken out, and one RESYNCED. A sum keeps the place of its first change, so that each service has its
 * turn. RESYNCED is a barrier: it comes after the differences that it vouches for, also if they have changed again.
 */
final class Mailbox {

    private final int room;
    private Iterator<LivenessEvent> snapshot = List.<LivenessEvent> of().iterator();
    private final Queue<LivenessEvent> each = new ArrayDeque<>();
    /** By uuid, in the order of the first change; RESYNCED is under the empty key. Used past the room. */
    private final Map<Optional<String>, LivenessEvent> sums = new LinkedHashMap<>();

    Mailbox(int room) {
        this.room = room;
    }

    /** What comes before everything else. It does not count, as it is made one by one. */
    synchronized void begin(Iterator<LivenessEvent> events) {
        snapshot = events;
    }

    synchronized void put(LivenessEvent event) {
        if (sums.isEmpty() && each.size() < room) {
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
        Iterator<LivenessEvent> oldest = sums.values().iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        LivenessEvent event = oldest.next();
        oldest.remove();
        return event;
    }

    private void sum(LivenessEvent event) {
        Optional<String> uuid = event.current().or(event::previous).map(ServiceRecord::uuid);
        LivenessEvent former = sums.get(uuid);
        LivenessEvent sum = former == null ? event : sum(former, event);
        boolean cameAndWent = uuid.isPresent() && sum.previous().isEmpty() && sum.current().isEmpty();
        if (uuid.isEmpty() || cameAndWent) {
            // A later RESYNCED vouches for more, and so comes last.
            sums.remove(uuid);
        }
        if (!cameAndWent) {
            sums.put(uuid, sum);
        }
    }

    private static LivenessEvent sum(LivenessEvent first, LivenessEvent last) {
        Kind kind = first.previous().isEmpty() && last.current().isPresent() ? Kind.ADDED
                : first.previous().isPresent() && last.current().isPresent() ? Kind.CHANGED : last.kind();
        return new LivenessEvent(kind, last.revision(), first.previous(), last.current(), last.reason(), last.at(),
                first.coalesced() + last.coalesced());
    }
}
