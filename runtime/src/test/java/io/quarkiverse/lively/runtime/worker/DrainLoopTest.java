package io.quarkiverse.lively.runtime.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

/** A pool that is full for a while keeps nothing from being done, and nobody waits for it once that is over. */
class DrainLoopTest {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final FakeWorker worker = new FakeWorker();
    private final Queue<Runnable> pool = new ArrayDeque<>();
    private boolean full;
    private int asked;
    private int done;
    private int alone;
    private final DrainLoop loop = new DrainLoop(() -> done++, () -> alone++, this::execute, task -> worker.after(PAUSE, task));

    @Test
    void whatIsSaidBeforeItRunsIsDoneOnce() {
        loop.look();
        loop.look();
        assertEquals(1, pool.size());
        pool.remove().run();
        assertEquals(1, done);
        loop.look();
        pool.remove().run();
        assertEquals(2, done);
    }

    @Test
    void aFullPoolIsAskedAgainUntilItTakesIt() {
        full = true;
        loop.look();
        loop.look();
        worker.pass(PAUSE.multipliedBy(3));
        assertEquals(4, asked);
        full = false;
        worker.pass(PAUSE);
        pool.remove().run();
        assertEquals(1, done);
        worker.pass(PAUSE.multipliedBy(3));
        assertEquals(5, asked, "it has nothing to do");
        loop.look();
        pool.remove().run();
        assertEquals(2, done);
    }

    @Test
    void onceItIsClosedAFullPoolIsNotAskedAgain() {
        full = true;
        loop.look();
        assertEquals(0, alone);
        loop.close();
        assertEquals(1, alone);
        worker.pass(PAUSE.multipliedBy(3));
        loop.look();
        assertEquals(2, alone);
        assertEquals(0, done);
    }

    @Test
    void whatIsToBeDoneWhenItIsClosedIsDoneOnThePool() {
        loop.look();
        loop.close();
        pool.remove().run();
        assertEquals(1, done);
        assertEquals(0, alone);
    }

    private void execute(Runnable task) {
        asked++;
        if (full) {
            throw new RejectedExecutionException("full");
        }
        pool.add(task);
    }
}
