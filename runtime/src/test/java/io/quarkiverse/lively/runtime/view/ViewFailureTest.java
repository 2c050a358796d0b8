package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.LogLines;

/** A view in which a call throws an exception reads the fleet anew, and logs that once. */
@Isolated
class ViewFailureTest {

    private static final String FAILED = "the view of the fleet failed, and is read anew";

    private final KeyLayout layout = new KeyLayout("");
    private final HeldEtcd etcd = new HeldEtcd();
    private final RawFleet fleet = new RawFleet(etcd, layout);
    private final FakeWorker worker = new FakeWorker();
    private final Bug bug = new Bug();
    private Executor pool = Runnable::run;
    private final LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker,
            task -> pool.execute(task), new Random(1),
            new ViewSettings(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofMinutes(2), 1000,
                    Duration.ofMinutes(1), Duration.ofSeconds(2)),
            new LivelyMetrics() {

                @Override
                public void changed(Optional<ServiceRecord> previous, Optional<ServiceRecord> current) {
                    bug.run();
                }
            });
    private final List<LivenessEvent> events = new ArrayList<>();
    private final LogLines log = new LogLines();

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void aWatchThatCannotBeOpenedIsTriedAgain() {
        fleet.register("u");
        etcd.bug = () -> {
            if (etcd.lists > 0) {
                throw new IllegalStateException("on purpose");
            }
        };
        view.watch(ServiceQuery.all(), events::add);
        worker.pass(Duration.ofMinutes(1));
        assertEquals(State.STALE, view.freshness().state());
        assertTrue(view.isUp("u"));
        assertEquals(1, log.with(FAILED).size(), log.messages()::toString);
        etcd.bug = () -> {
        };
        settle();
        assertEquals(State.CURRENT, view.freshness().state());
        assertEquals("RESYNCED", events.get(events.size() - 1).kind(), "changes may have been missed");
    }

    /** One exception at each call that the view makes in the course of a story, one story for each. */
    @Test
    void whereverItThrowsTheViewIsCurrentAgainAndNothingIsMissing() {
        int calls = 0;
        while (true) {
            ViewFailureTest scene = new ViewFailureTest();
            try {
                if (!scene.story(++calls)) {
                    break;
                }
            } finally {
                scene.closeLog();
            }
        }
        closeLog();
        assertTrue(calls > 30, "calls: " + calls);
    }

    /** @return whether the bug was met */
    private boolean story(int call) {
        String name = "call " + call;
        etcd.bug = bug;
        bug.at = call;
        view.watch(ServiceQuery.all(), events::add);
        settle();
        write(() -> fleet.register("u"), () -> fleet.register("v"));
        write(() -> fleet.down("u", "type", "u"), () -> fleet.register("w"));
        etcd.end(EtcdException.Kind.UNAVAILABLE, "away");
        write(() -> fleet.delete("v", "type", "v"));
        etcd.end(EtcdException.Kind.COMPACTED, "compacted");
        write(() -> fleet.delete("w", "type", "w"), () -> fleet.register("u"));
        CompletableFuture<Void> arrival = view.awaitRevision(write(() -> fleet.register("x"))).subscribeAsCompletionStage();
        settle();
        settle();
        assertTrue(arrival.isDone() && !arrival.isCompletedExceptionally(), name);
        assertEquals(State.CURRENT, view.freshness().state(), name);
        Map<String, ServiceRecord> shown = new TreeMap<>();
        view.list(ServiceQuery.all()).forEach(service -> shown.put(service.uuid(), service));
        assertEquals(List.of("u", "x"), List.copyOf(shown.keySet()), name);
        assertTrue(view.isUp("u"), name);
        assertEquals(shown, Views.replay(events), name);
        int failures = log.with(FAILED).size();
        assertTrue(failures <= 1, name);
        view.close();
        return bug.thrown;
    }

    /** Writes while the view does not look, and then lets it. */
    private long write(LongSupplier... writes) {
        bug.away = true;
        long revision = 0;
        for (LongSupplier write : writes) {
            revision = write.getAsLong();
        }
        bug.away = false;
        settle();
        return revision;
    }

    private void settle() {
        for (int i = 0; i < 60; i++) {
            worker.pass(Duration.ofSeconds(1));
            etcd.serve();
        }
    }

    /** A queue that is full, as quarkus.thread-pool.queue-size makes it. */
    @Test
    void aPoolThatIsFullForAWhileOnlyDelaysAnAnswer() {
        List<Runnable> waiting = new ArrayList<>();
        RejectingPool full = new RejectingPool();
        pool = full;
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        CompletableFuture<Void> ready = view.awaitReady().subscribeAsCompletionStage();
        CompletableFuture<Void> revision = view.awaitRevision(2).subscribeAsCompletionStage();
        etcd.failure = null;
        fleet.register("u");
        settle();
        assertTrue(view.isUp("u"));
        assertFalse(ready.isDone(), "it may block a thread, and there is none");
        assertFalse(revision.isDone());
        pool = waiting::add;
        worker.pass(Duration.ofSeconds(1));
        assertFalse(ready.isDone());
        waiting.forEach(Runnable::run);
        assertTrue(ready.isDone() && !ready.isCompletedExceptionally());
        assertTrue(revision.isDone() && !revision.isCompletedExceptionally());
    }

    @Test
    void withAPoolThatTakesNoMoreAnEndedViewFailsAsDocumented() {
        pool = new RejectingPool();
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        CompletableFuture<Void> ready = view.awaitReady().subscribeAsCompletionStage();
        CompletableFuture<Void> revision = view.awaitRevision(2).subscribeAsCompletionStage();
        view.close();
        assertEquals(RegistryUnavailableException.class, failure(ready).getClass());
        assertEquals(RegistryUnavailableException.class, failure(revision).getClass());
    }

    @Test
    void anAnswerThatWaitsForAThreadComesAtTheEnd() {
        pool = new RejectingPool();
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        CompletableFuture<Void> ready = view.awaitReady().subscribeAsCompletionStage();
        etcd.failure = null;
        settle();
        assertFalse(ready.isDone());
        view.close();
        assertTrue(ready.isDone());
        assertFalse(ready.isCompletedExceptionally(), "there was a first list");
    }

    /** For example an OutOfMemoryError if no thread can be made (which JUnit itself would take for its own). */
    @Test
    void whateverAPoolThrowsNoEventIsLost() {
        RejectingPool full = new RejectingPool();
        pool = full;
        full.failure = new InternalError("on purpose");
        view.watch(ServiceQuery.all(), event -> events.add(event));
        settle();
        write(() -> fleet.register("u"));
        assertEquals(State.CURRENT, view.freshness().state());
        assertEquals(List.of(), events);
        pool = Runnable::run;
        settle();
        write(() -> fleet.register("v"));
        assertEquals(List.of("SNAPSHOT_END", "ADDED", "ADDED"), Events.kinds(events));
        assertEquals(0, log.with(FAILED).size());
    }

    private static Throwable failure(CompletableFuture<Void> future) {
        assertTrue(future.isCompletedExceptionally());
        return assertThrows(ExecutionException.class, future::get).getCause();
    }

    /** Throws something at one call. */
    private static final class Bug implements Runnable {

        int at;
        boolean away;
        boolean thrown;

        @Override
        public void run() {
            if (!away && --at == 0) {
                thrown = true;
                throw new IllegalStateException("on purpose");
            }
        }
    }

    private static final class RejectingPool implements Executor {

        Error failure;

        @Override
        public void execute(Runnable task) {
            if (failure != null) {
                throw failure;
            }
            throw new RejectedExecutionException("full");
        }
    }
}
