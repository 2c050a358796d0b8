package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

class RevisionWaitsTest {

    private static final Duration LIMIT = Duration.ofSeconds(6);

    private final FakeWorker real = new FakeWorker();
    private final CountingWorker worker = new CountingWorker(real);
    private final RevisionWaits waits = new RevisionWaits(worker);

    @Test
    void whoWaitsIsServedInTimeOrTold() {
        CompletableFuture<Void> early = new CompletableFuture<>();
        CompletableFuture<Void> late = new CompletableFuture<>();
        waits.add(5, early, LIMIT);
        waits.add(6, late, LIMIT);
        waits.reached(5);
        assertTrue(early.isDone() && !early.isCompletedExceptionally());
        real.pass(LIMIT.minusNanos(1));
        assertFalse(late.isDone());
        real.pass(Duration.ofNanos(1));
        assertTrue(late.isCompletedExceptionally());
    }

    /** Who waits for each of his writes would leave a timer behind for each of them. */
    @Test
    void nothingIsLeftBehindOfAWaitThatIsOver() {
        CompletableFuture<Void> late = new CompletableFuture<>();
        waits.add(5, new CompletableFuture<>(), LIMIT);
        waits.add(7, late, LIMIT);
        assertEquals(2, worker.timers);
        waits.reached(5);
        assertEquals(1, worker.timers);
        waits.close(new RegistryUnavailableException("closed", null));
        assertEquals(0, worker.timers);
        assertTrue(late.isCompletedExceptionally());
    }
}
