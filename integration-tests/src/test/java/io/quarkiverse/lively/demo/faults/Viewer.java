package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.Events;

/** Somebody who registers nothing, and records everything that he is told. */
final class Viewer implements AutoCloseable {

    private final Lively lively;
    private final List<Told> told = new CopyOnWriteArrayList<>();

    /**
     * @param at by the monotonic clock
     */
    record Told(LivenessEvent event, long at) {

        Optional<String> uuid() {
            return Events.service(event).map(ServiceRecord::uuid);
        }
    }

    Viewer(Configured configuration) {
        lively = configuration.with("registration.enabled", "false").lively();
        lively.start();
        lively.registry().watch(ServiceQuery.all(), event -> told.add(new Told(event, System.nanoTime())));
    }

    LivenessView view() {
        return lively.view();
    }

    /** How much it was told so far. */
    int count() {
        return told.size();
    }

    /** What it was told after so much. */
    List<Told> toldSince(int count) {
        List<Told> all = List.copyOf(told);
        return all.subList(count, all.size());
    }

    /** What there is after all that it was told. Fails if anything does not follow from what came before it. */
    Map<String, ServiceRecord> replay() {
        Map<String, ServiceRecord> fleet = new TreeMap<>();
        for (Told each : told) {
            each.uuid().ifPresent(uuid -> {
                LivenessEvent event = each.event();
                assertEquals(Optional.ofNullable(fleet.get(uuid)), Events.previous(event), () -> "previous of " + event);
                Events.current(event).ifPresentOrElse(current -> fleet.put(uuid, current), () -> fleet.remove(uuid));
            });
        }
        return fleet;
    }

    void assertNothingWasToldTwice() {
        Set<LivenessEvent> different = new HashSet<>();
        for (Told each : told) {
            LivenessEvent event = each.event();
            assertEquals(1, Events.coalesced(event), () -> "It is fast enough to be told each change: " + event);
            if (each.uuid().isPresent()) {
                assertTrue(different.add(event), () -> "Told twice: " + event);
                assertTrue(!Events.previous(event).equals(Events.current(event)), () -> "It says nothing: " + event);
            }
        }
    }

    @Override
    public void close() {
        lively.stop();
        lively.close();
    }
}
