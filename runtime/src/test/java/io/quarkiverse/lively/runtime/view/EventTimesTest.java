package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.test.Events;

/** When something happened and why, if it was seen, if somebody said so, and if neither is so. */
class EventTimesTest {

    private static final Instant UP = Instant.ofEpochMilli(1_000_000);
    private static final Instant DOWN = Instant.ofEpochMilli(2_000_000);

    private final KeyLayout layout = new KeyLayout("");
    private final HeldEtcd etcd = new HeldEtcd();
    private final RawFleet fleet = new RawFleet(etcd, layout);
    private final FakeWorker worker = new FakeWorker();
    private final LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker, Runnable::run,
            new Random(1), new ViewSettings(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, 1000,
                    Duration.ofMinutes(15), Duration.ofSeconds(2)),
            LivelyMetrics.NONE);
    private List<LivenessEvent> events;

    @Test
    void anEndThatWasSeenHasItsTimeAlsoForWhoComesLater() {
        fleet.register("u");
        follow();
        assertEquals(UP, events.get(0).at());
        worker.pass(Duration.ofMinutes(1));
        Instant end = worker.now();
        Optional<Instant> lastKnown = view.freshness().asOf();
        assertEquals(Optional.empty(), view.lastSeenAlive("u"), "it is alive");
        etcd.tell(crash());
        assertLast("CHANGED", Reason.EXPIRED, end);
        assertEquals(Optional.empty(), current().since(), "nobody says it");
        assertEquals(lastKnown, view.lastSeenAlive("u"));
        worker.pass(Duration.ofMinutes(1));
        // It is still the same end.
        etcd.tell(fleet.put(layout.state("u"), RawFleet.state(io.quarkiverse.lively.runtime.store.proto.Reason.OPERATOR)));
        assertEquals(List.of(end), snapshotTimes());
        etcd.tell(fleet.register("u"));
        assertEquals(List.of(UP), snapshotTimes());
        assertEquals(Optional.empty(), view.lastSeenAlive("u"));
    }

    @Test
    void anEndThatNobodySawHasTheTimeAtWhichItWasFound() {
        fleet.register("u");
        crash();
        Instant found = worker.now();
        follow();
        assertEquals(Liveness.EXPIRED, current().liveness());
        assertEquals(Optional.empty(), view.lastSeenAlive("u"), "this view was not there");
        assertEquals(Optional.empty(), current().since());
        assertEquals(found, events.get(0).at());
        worker.pass(Duration.ofMinutes(1));
        assertEquals(List.of(found), snapshotTimes());
    }

    @Test
    void aDifferenceHasTheTimeThatSomebodySaid() {
        fleet.register("u");
        follow();
        missed(() -> fleet.down("u", "type", "u"));
        assertLast("CHANGED", Reason.OPERATOR, DOWN);
        missed(() -> crash());
        missed(() -> fleet.register("u"));
        assertLast("CHANGED", Reason.REGISTERED, UP);
    }

    @Test
    void aServiceThatWentDownAndCameBackMeanwhileIsADifference() {
        fleet.register("u");
        follow();
        long before = current().revision();
        missed(() -> {
            fleet.down("u", "type", "u");
            fleet.register("u");
            fleet.put(layout.state("u"),
                    RawFleet.state(io.quarkiverse.lively.runtime.store.proto.Reason.REGISTERED, 3_000_000));
        });
        assertLast("CHANGED", Reason.REGISTERED, Instant.ofEpochMilli(3_000_000));
        assertEquals(Liveness.UP, Events.previous(last()).orElseThrow().liveness());
        assertTrue(current().revision() > before);
    }

    @Test
    void whatSomebodySaidBeforeSaysNothingOfWhatIsNew() {
        fleet.register("u");
        follow();
        etcd.tell(crash());
        worker.pass(Duration.ofMinutes(1));
        // As its owner heals it: what it said of itself it said before.
        etcd.tell(fleet.put(layout.up("u"), ByteString.EMPTY));
        assertEquals(Liveness.UP, current().liveness());
        assertEquals(worker.now(), last().at());
    }

    /** It is still DOWN for the same reason, and loses its endpoint: by a crash, or because it was stopped. */
    @Test
    void nobodySaysWhyAServiceThatIsDownLosesItsProcess() {
        fleet.register("u");
        fleet.down("u", "type", "u");
        follow();
        worker.pass(Duration.ofMinutes(1));
        etcd.tell(crash());
        assertLast("CHANGED", Reason.UNKNOWN, worker.now());
        assertEquals(Reason.OPERATOR, current().reason());
        assertEquals(Optional.of(DOWN), current().since());
        assertEquals(Optional.empty(), current().endpoint());
        assertEquals(Status.DOWN, current().status());

        etcd.tell(fleet.register("u"));
        etcd.tell(fleet.down("u", "type", "u"));
        missed(this::crash);
        Instant found = last().at();
        assertLast("CHANGED", Reason.UNKNOWN, found);
        assertTrue(found.isAfter(DOWN));
    }

    private long crash() {
        return fleet.write(new Delete(layout.up("u")), new Delete(layout.owner("u")));
    }

    private void follow() {
        events = new ArrayList<>();
        view.watch(ServiceQuery.all(), events::add);
        etcd.create();
    }

    /** Happens while the view cannot see it, and has to be told as the difference. */
    private void missed(Runnable change) {
        change.run();
        etcd.end(EtcdException.Kind.COMPACTED, "compacted");
        worker.pass(Duration.ofSeconds(1));
        etcd.create();
        assertEquals("RESYNCED", events.get(events.size() - 1).kind());
        assertEquals(view.list(ServiceQuery.all()), List.copyOf(Views.replay(events).values()));
    }

    private List<Instant> snapshotTimes() {
        List<LivenessEvent> late = new ArrayList<>();
        view.watch(ServiceQuery.all(), late::add).close();
        return late.stream().filter(event -> event instanceof ServiceSnapshot).map(LivenessEvent::at).toList();
    }

    private ServiceRecord current() {
        return view.find("u").orElseThrow();
    }

    private LivenessEvent last() {
        return events.stream().filter(event -> Events.current(event).isPresent()).reduce((first, second) -> second)
                .orElseThrow();
    }

    private void assertLast(String kind, Reason reason, Instant at) {
        assertEquals(kind, last().kind());
        assertEquals(reason, Events.reason(last()));
        assertEquals(at, last().at());
    }
}
