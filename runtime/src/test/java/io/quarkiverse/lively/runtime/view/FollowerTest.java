package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.test.Events;

/** What the view claims of itself while etcd is slow to tell, tells less than it has, or refuses to. */
class FollowerTest {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final ByteString ELSEWHERE = ByteString.copyFromUtf8("/elsewhere");

    private final KeyLayout layout = new KeyLayout("");
    private final HeldEtcd etcd = new HeldEtcd();
    private final RawFleet fleet = new RawFleet(etcd, layout);
    private final FakeWorker worker = new FakeWorker();
    private final LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker, Runnable::run,
            new Random(1), new ViewSettings(TIMEOUT, INTERVAL, Duration.ofMinutes(2), 1000, Duration.ofMinutes(15),
                    Duration.ofSeconds(2)),
            LivelyMetrics.NONE);
    private final List<LivenessEvent> events = new ArrayList<>();

    @Test
    void afterAListItIsCurrentOnceTheWatchHasToldItsBacklog() {
        fleet.register("u");
        view.start();
        assertTrue(view.isUp("u"), "the list is there to be read");
        assertEquals(State.STALE, state(), "nobody watches yet");
        worker.pass(Duration.ofSeconds(1));
        long backlog = fleet.down("u", "type", "u");
        etcd.create();
        worker.pass(Duration.ofMillis(500));
        assertEquals(State.STALE, state());
        assertEquals(Duration.ofMillis(1500), age(), "only the list is known");
        etcd.tell(backlog);
        assertEquals(State.CURRENT, state());
        assertEquals(Duration.ofMillis(500), age(), "when etcd was asked for its revision");
        assertFalse(view.isUp("u"));
    }

    /** etcd 3.4 lets a watch go on with the revision that was compacted, and leaves the deletions of that revision out. */
    @Test
    void itsWatchBeginsWithARevisionThatItKnowsSoThatACompactionOfTheNextOneEndsIt() {
        long known = fleet.register("u");
        view.start();
        assertEquals(known, etcd.watchedFrom);
    }

    @Test
    void itIsAsOldAsTheQuestionAndNotAsTheAnswer() {
        follow();
        worker.pass(INTERVAL.minusMillis(1));
        assertEquals(INTERVAL.minusMillis(1), age());
        worker.pass(Duration.ofMillis(1));
        assertEquals(Duration.ZERO, age());
        etcd.tell(fleet.register("u"));
        worker.pass(Duration.ofSeconds(1));
        etcd.tell(fleet.register("v"));
        assertEquals(Duration.ofSeconds(1), age(), "a change does not say what else there is");
    }

    @Test
    void itGetsNoYoungerWhileSomethingIsOnItsWay() {
        follow();
        worker.pass(Duration.ofSeconds(1));
        fleet.register("u");
        long late = fleet.register("v");
        worker.pass(INTERVAL);
        assertEquals(INTERVAL.plusSeconds(1), age());
        etcd.tell(late - 1);
        worker.pass(Duration.ofMillis(500));
        assertEquals(INTERVAL.plusMillis(1500), age(), "some of it is not all of it");
        etcd.tell(late);
        assertEquals(Duration.ofMillis(1500), age());
        assertEquals(State.CURRENT, state());
    }

    @Test
    void whatIsWrittenElsewhereDoesNotKeepItFromGettingYounger() {
        fleet.register("u");
        view.start();
        fleet.put(ELSEWHERE, ByteString.EMPTY);
        etcd.create();
        int looks = etcd.looks;
        worker.pass(Duration.ofMillis(300));
        assertEquals(State.CURRENT, state());
        assertEquals(looks + 1, etcd.looks);
        fleet.put(ELSEWHERE, ByteString.EMPTY);
        worker.pass(INTERVAL);
        assertEquals(Duration.ofMillis(300), age());
        worker.pass(INTERVAL.multipliedBy(3));
        assertTrue(age().compareTo(INTERVAL) < 0);
        assertEquals(1, etcd.watches);
    }

    @Test
    void whatTheWatchKeepsBackIsRead() {
        follow();
        fleet.register("u");
        worker.pass(INTERVAL.plus(TIMEOUT).plusSeconds(1));
        assertTrue(view.isUp("u"));
        assertEquals(State.STALE, state());
        etcd.create();
        assertEquals(State.CURRENT, state());
        assertEquals(List.of("ADDED", "RESYNCED"), kinds());
    }

    /** Half a fleet that expires is no loss of data if somebody watched: the list is only ahead of the watch. */
    @Test
    void whatIsReadAheadOfTheWatchIsNotSuspect() {
        List<String> uuids = IntStream.range(0, 20).mapToObj(i -> "u" + i).toList();
        uuids.forEach(fleet::register);
        follow();
        long expiry = fleet.write(uuids.stream().limit(12).flatMap(uuid -> Stream.of(layout.up(uuid), layout.owner(uuid)))
                .map(Delete::new).toArray(Operation[]::new));
        CompletableFuture<Void> arrival = view.awaitRevision(expiry).subscribeAsCompletionStage();
        worker.pass(Duration.ofMillis(500));
        assertTrue(arrival.isDone(), "read, as the watch tells nothing");
        assertEquals(State.CURRENT, state());
        assertFalse(view.isUp("u0"));
        assertEquals(8, view.list(ServiceQuery.ofLiveness(Liveness.UP)).size());
        assertEquals(12, events.stream().filter(event -> Events.reason(event) == Reason.EXPIRED).count());
        assertEquals("RESYNCED", events.get(12).kind());
        etcd.tell(expiry);
        assertEquals(13, events.size(), "the watch has nothing to add");
    }

    @Test
    void withoutAnAnswerItIsStaleAndStartsAgain() {
        fleet.register("u");
        follow();
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        worker.pass(INTERVAL);
        assertEquals(State.STALE, state());
        assertEquals(INTERVAL, age());
        etcd.failure = null;
        worker.pass(Duration.ofSeconds(1));
        etcd.create();
        assertEquals(State.CURRENT, state());
        assertEquals(List.of(), kinds());
    }

    /** For example without the permission to watch. */
    @Test
    void aWatchThatIsRefusedForGoodIsSaidOnceAndTheViewIsReadNowAndThen() {
        List<LogRecord> warnings = new ArrayList<>();
        Handler log = warnings(warnings);
        Logger logger = Logger.getLogger(Follower.class.getName());
        logger.addHandler(log);
        try {
            fleet.register("u");
            follow();
            etcd.refusal = new EtcdException(EtcdException.Kind.REFUSED, "permission denied", null);
            etcd.end(EtcdException.Kind.REFUSED, "permission denied");
            int lists = etcd.lists;
            worker.pass(Duration.ofMinutes(1));
            assertEquals(State.STALE, state());
            assertEquals(List.of(), kinds(), "nothing has happened");
            int tries = etcd.lists - lists;
            assertTrue(tries > 10 && tries < 600, tries + " tries");
            assertEquals(1, warnings.size(), warnings.toString());

            fleet.down("u", "type", "u");
            worker.pass(Duration.ofMinutes(1));
            assertEquals(List.of("CHANGED", "RESYNCED"), kinds());
            assertFalse(view.isUp("u"));
            assertTrue(age().compareTo(Duration.ofSeconds(2)) < 0);

            etcd.refusal = null;
            worker.pass(Duration.ofSeconds(1));
            assertEquals(State.STALE, state());
            etcd.create();
            assertEquals(State.CURRENT, state());
            assertEquals(1, warnings.size(), warnings.toString());

            etcd.refusal = new EtcdException(EtcdException.Kind.REFUSED, "permission denied", null);
            etcd.end(EtcdException.Kind.REFUSED, "permission denied");
            worker.pass(Duration.ofMinutes(1));
            assertEquals(2, warnings.size(), "said anew after it had recovered");
        } finally {
            logger.removeHandler(log);
        }
    }

    @Test
    void whatWasCompactedIsResyncedEvenIfNothingIsDifferent() {
        fleet.register("u");
        follow();
        etcd.end(EtcdException.Kind.COMPACTED, "compacted");
        worker.pass(Duration.ofSeconds(1));
        etcd.create();
        assertEquals(State.CURRENT, state());
        assertEquals(List.of("RESYNCED"), kinds());
    }

    /** The changes that no watch delivered cancel each other out. */
    @Test
    void changesDuringARefusalAreResyncedEvenIfNothingIsDifferent() {
        fleet.register("u");
        follow();
        etcd.refusal = new EtcdException(EtcdException.Kind.REFUSED, "user name is empty", null);
        etcd.end(EtcdException.Kind.REFUSED, "user name is empty");
        fleet.register("v");
        fleet.delete("v", "type", "v");
        worker.pass(Duration.ofMinutes(1));
        assertEquals(List.of("RESYNCED"), kinds());
    }

    private void follow() {
        view.watch(ServiceQuery.all(), event -> {
            if (!Events.isOfSnapshot(event)) {
                events.add(event);
            }
        });
        etcd.create();
        assertEquals(State.CURRENT, state());
    }

    private State state() {
        return view.freshness().state();
    }

    private Duration age() {
        return view.freshness().age().orElseThrow();
    }

    private List<String> kinds() {
        return Events.kinds(events);
    }

    private static Handler warnings(List<LogRecord> warnings) {
        return new Handler() {

            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warnings.add(line);
                }
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
    }
}
