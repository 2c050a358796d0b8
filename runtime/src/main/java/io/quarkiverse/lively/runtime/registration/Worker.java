package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * The one thread on which everything that keeps state about registrations happens, and the clocks that it goes by. What runs
 * on it must not block.
 */
public interface Worker extends Executor {

    /** A monotonic clock, in nanoseconds from an arbitrary origin. Any thread may read it. */
    long nanoTime();

    /** The wall clock. Only for what others read; nothing is scheduled by it. */
    Instant now();

    /** Runs a task on this thread after that time. A task that is cancelled on this thread will not run. */
    Timer after(Duration delay, Runnable task);

    /** Something that is still to run. */
    interface Timer {

        void cancel();
    }
}
