package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.Records;

/**
 * A subscriber that lags behind gets the sum of the changes of each service, and RESYNCED only after all differences that it
 * vouches for.
 */
class MailboxTest {

    private static final int SERVICES = 5;

    private final Map<String, ServiceRecord> truth = new HashMap<>();
    private final Map<String, TreeMap<Long, Optional<ServiceRecord>>> history = new HashMap<>();
    private long revision;

    @Test
    void resyncedComesAfterADifferenceThatChangesOnceMore() {
        Mailbox mailbox = new Mailbox(2);
        mailbox.put(change("a"));
        mailbox.put(resynced());
        mailbox.put(change("a"));
        LivenessEvent first = mailbox.take();
        assertEquals("ADDED", first.kind());
        assertEquals(1, Events.coalesced(first));
        assertEquals("RESYNCED", mailbox.take().kind());
        LivenessEvent second = mailbox.take();
        assertEquals(Events.current(first), Events.previous(second));
        assertEquals(Optional.of(truth.get("a")), Events.current(second));
        assertNull(mailbox.take());
    }

    @Test
    void severalOfThemAreOneAfterTheDifferencesOfAll() {
        Mailbox mailbox = new Mailbox(1);
        mailbox.put(change("a"));
        mailbox.put(resynced());
        mailbox.put(change("b"));
        mailbox.put(resynced());
        mailbox.put(change("c"));
        assertEquals(Optional.of(truth.get("a")), Events.current(mailbox.take()));
        assertEquals(Optional.of(truth.get("b")), Events.current(mailbox.take()));
        LivenessEvent both = mailbox.take();
        assertEquals("RESYNCED", both.kind());
        assertEquals(4, both.revision());
        assertEquals(Optional.of(truth.get("c")), Events.current(mailbox.take()));
    }

    /** Random changes, and a subscriber that takes events one by one and in bursts. */
    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 20 })
    void whateverTheSequence(int room) {
        for (int seed = 0; seed < 300; seed++) {
            history.clear();
            truth.clear();
            revision = 0;
            new Sequence(room, seed).run();
        }
    }

    private final class Sequence {

        private final String name;
        private final int room;
        private final Mailbox mailbox;
        private final Random random;
        private final Map<String, ServiceRecord> told = new HashMap<>();
        private long vouchedFor;
        private long toVouchFor;
        private long latest;

        Sequence(int room, int seed) {
            this.name = "room " + room + ", seed " + seed;
            this.room = room;
            this.mailbox = new Mailbox(room);
            this.random = new Random(seed);
        }

        void run() {
            for (int i = 0; i < 200; i++) {
                int dice = random.nextInt(100);
                if (dice < 50) {
                    String uuid = "u" + random.nextInt(SERVICES);
                    mailbox.put(truth.containsKey(uuid) && random.nextInt(3) == 0 ? removal(uuid) : change(uuid));
                } else if (dice < 60) {
                    mailbox.put(resynced());
                    toVouchFor = revision;
                } else if (dice < 95) {
                    take();
                } else {
                    takeAll();
                }
            }
            takeAll();
        }

        private void takeAll() {
            int events = 0;
            while (take()) {
                events++;
            }
            assertTrue(events <= Math.max(room, 2 * SERVICES + 1), () -> name + ": two events for each service, and RESYNCED");
            assertEquals(truth, told, name);
            assertEquals(toVouchFor, vouchedFor, () -> name + ": no RESYNCED is lost");
        }

        private boolean take() {
            LivenessEvent event = mailbox.take();
            if (event == null) {
                return false;
            }
            assertTrue(event.revision() >= latest, () -> name + ": in the order of revisions");
            latest = event.revision();
            if (event instanceof Resynced) {
                vouchedFor = event.revision();
                history.keySet().forEach(uuid -> assertTrue(
                        statesFrom(uuid, event.revision()).contains(Optional.ofNullable(told.get(uuid))),
                        () -> name + ": " + uuid + " is older than revision " + event.revision()));
                return true;
            }
            String uuid = Events.service(event).orElseThrow().uuid();
            assertEquals(Optional.ofNullable(told.get(uuid)), Events.previous(event), name);
            Events.current(event).ifPresentOrElse(service -> told.put(uuid, service), () -> told.remove(uuid));
            return true;
        }
    }

    /** What the service was at that revision, and what it has been since. */
    private List<Optional<ServiceRecord>> statesFrom(String uuid, long from) {
        TreeMap<Long, Optional<ServiceRecord>> states = history.get(uuid);
        Optional<ServiceRecord> then = states.floorKey(from) == null ? Optional.empty() : states.floorEntry(from).getValue();
        return Stream.concat(Stream.of(then), states.tailMap(from, false).values().stream()).toList();
    }

    private LivenessEvent change(String uuid) {
        ServiceRecord service = Records.of(
                ServiceDefinition.of("type", uuid).withUuid(uuid).withMetadata(Map.of("n", "" + ++revision)));
        Optional<ServiceRecord> previous = Optional.ofNullable(truth.put(uuid, service));
        remember(uuid, Optional.of(service));
        return event(previous, Optional.of(service));
    }

    private LivenessEvent removal(String uuid) {
        revision++;
        remember(uuid, Optional.empty());
        return event(Optional.of(truth.remove(uuid)), Optional.empty());
    }

    private void remember(String uuid, Optional<ServiceRecord> state) {
        history.computeIfAbsent(uuid, service -> new TreeMap<>()).put(revision, state);
    }

    private LivenessEvent resynced() {
        revision++;
        return new Resynced(revision, Instant.EPOCH);
    }

    private LivenessEvent event(Optional<ServiceRecord> previous, Optional<ServiceRecord> current) {
        return EventClock.event(previous, current, Reason.UNKNOWN, revision, Instant.EPOCH, 1).orElseThrow();
    }
}
