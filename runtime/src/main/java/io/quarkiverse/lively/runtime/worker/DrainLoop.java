package io.quarkiverse.lively.runtime.worker;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jboss.logging.Logger;

/**
 * Runs a task on a pool as often as there may be something to do, and never twice at once. Any thread may say so, and is
 * never blocked. A pool that takes no more for now is asked again a little later.
 */
public final class DrainLoop {

    private static final Logger LOG = Logger.getLogger(DrainLoop.class);

    private final Runnable task;
    private final Runnable alone;
    private final Executor pool;
    private final Executor later;
    /** How often there may have been something to do since the last look. Only one thread looks. */
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile boolean closed;
    /** It may go on like this for long, and for many. */
    private boolean said;

    /**
     * @param task must not throw anything
     * @param alone run in its place, on the calling thread, if it was closed and the pool takes no more; must not block
     * @param later runs what is given to it after a pause, on any thread
     */
    public DrainLoop(Runnable task, Runnable alone, Executor pool, Executor later) {
        this.task = task;
        this.alone = alone;
        this.pool = pool;
        this.later = later;
    }

    /** There may be something to do. */
    public void look() {
        if (calls.getAndIncrement() == 0) {
            dispatch();
        }
    }

    /** There may be something to do for the last time: a pool that does not take it now is not asked again. */
    public void close() {
        closed = true;
        look();
        goOn();
    }

    private void dispatch() {
        try {
            pool.execute(() -> drain(task));
        } catch (RuntimeException | Error e) {
            // A rejection, as a rule; but also a thread that cannot be made, or a pool with a bug, must not stop the rest.
            if (closed) {
                drain(alone);
                return;
            }
            if (!said) {
                said = true;
                LOG.warnf("No thread takes what is to be told: trying until one does. "
                        + "Check quarkus.thread-pool.max-threads and quarkus.thread-pool.queue-size. %s", e);
            }
            waiting.set(true);
            later.execute(this::goOn);
            if (closed) {
                goOn();
            }
        }
    }

    private void goOn() {
        if (waiting.compareAndSet(true, false)) {
            dispatch();
        }
    }

    private void drain(Runnable what) {
        int seen = calls.get();
        do {
            what.run();
            seen = calls.addAndGet(-seen);
        } while (seen != 0);
    }
}
