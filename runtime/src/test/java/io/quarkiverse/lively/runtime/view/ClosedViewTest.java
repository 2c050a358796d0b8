package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;

/** Whoever waits for a view that closes is told at once, whatever etcd does. */
class ClosedViewTest {

    private final KeyLayout layout = new KeyLayout("");
    private final HeldEtcd etcd = new HeldEtcd();
    private final FakeWorker worker = new FakeWorker();
    private final List<Runnable> pool = new ArrayList<>();
    private boolean poolIsClosed;
    private final Executor executor = task -> {
        if (poolIsClosed) {
            throw new RejectedExecutionException();
        }
        pool.add(task);
    };
    private final LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker, executor,
            new Random(1), new ViewSettings(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, 1000,
                    Duration.ofMinutes(15), Duration.ofSeconds(2)),
            LivelyMetrics.NONE);

    @Test
    void whoWaitsIsTold() {
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        CompletableFuture<Void> ready = view.awaitReady().subscribeAsCompletionStage();
        CompletableFuture<Void> revision = view.awaitRevision(5).subscribeAsCompletionStage();
        AssertSubscriber<LivenessEvent> eager = view.watch(ServiceQuery.all()).subscribe()
                .withSubscriber(AssertSubscriber.create(10));
        AssertSubscriber<LivenessEvent> waiting = view.watch(ServiceQuery.all()).subscribe()
                .withSubscriber(AssertSubscriber.create(0));
        assertTrue(view.close().isDone());
        runPool();
        assertClosed(ready);
        assertClosed(revision);
        eager.assertCompleted();
        waiting.assertCompleted();
    }

    @Test
    void whatWasNotRequestedDoesNotKeepASubscriptionOpen() {
        new RawFleet(etcd, layout).register("u");
        AssertSubscriber<LivenessEvent> one = view.watch(ServiceQuery.all()).subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        runPool();
        assertEquals(1, one.getItems().size());
        view.close();
        runPool();
        one.assertCompleted();
        assertTrue(view.isUp("u"), "the last answers stay");
        assertEquals(State.STALE, view.freshness().state());
    }

    @Test
    void whatIsAskedLaterEndsAtOnce() {
        long known = new RawFleet(etcd, layout).register("u");
        view.start();
        view.close();
        assertClosed(view.awaitReady());
        assertClosed(view.awaitRevision(known + 1));
        AssertSubscriber<LivenessEvent> late = view.watch(ServiceQuery.all()).subscribe()
                .withSubscriber(AssertSubscriber.create(10));
        runPool();
        late.assertFailedWith(RegistryUnavailableException.class, "closed");
        assertThrows(RegistryUnavailableException.class, () -> view.watch(ServiceQuery.all(), event -> {
        }));
    }

    @Test
    void aViewThatWasNeverStartedDoesNotStartAnyMore() {
        view.close();
        view.start();
        assertFalse(view.isUp("u"));
        assertClosed(view.awaitReady());
        assertClosed(view.awaitRevision(1));
        assertEquals(0, etcd.lists);
    }

    @Test
    void whatIsStillToBeAskedIsNotAskedAnyMore() {
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        view.start();
        etcd.failure = null;
        view.close();
        worker.pass(Duration.ofMinutes(1));
        assertEquals(0, etcd.lists);
    }

    /** The application has ended, so there is no thread to be told on but this one. */
    @Test
    void withoutAThreadToTellItOnASubscriptionFails() {
        AssertSubscriber<LivenessEvent> subscriber = view.watch(ServiceQuery.all()).subscribe()
                .withSubscriber(AssertSubscriber.create(10));
        runPool();
        poolIsClosed = true;
        view.close();
        subscriber.assertFailedWith(IllegalStateException.class, "ended");
    }

    @Test
    void answersThatNoThreadTakesComeInTheOrderOfTheQuestions() {
        etcd.failure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null);
        List<Integer> answered = new ArrayList<>();
        List<Integer> asked = IntStream.range(0, 20).boxed().toList();
        asked.forEach(number -> view.awaitRevision(1).subscribeAsCompletionStage()
                .whenComplete((nothing, failure) -> answered.add(number)));
        poolIsClosed = true;
        etcd.failure = null;
        new RawFleet(etcd, layout).register("u");
        worker.pass(Duration.ofSeconds(2));
        assertEquals(List.of(), answered);
        view.close();
        assertEquals(asked, answered);
    }

    private void runPool() {
        while (!pool.isEmpty()) {
            pool.remove(0).run();
        }
    }

    private void assertClosed(Uni<Void> uni) {
        assertClosed(uni.subscribeAsCompletionStage());
    }

    private void assertClosed(CompletableFuture<Void> future) {
        runPool();
        assertTrue(future.isCompletedExceptionally());
        Throwable failure = assertThrows(java.util.concurrent.ExecutionException.class, future::get).getCause();
        assertEquals(RegistryUnavailableException.class, failure.getClass());
        assertTrue(failure.getMessage().contains("closed"), failure.getMessage());
    }
}
