package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * Where one application gets its time, its threads and its chance from. No other class of this module asks the JVM for them,
 * but for the clients of etcd. Any thread may call all methods, and none blocks.
 */
public interface Platform extends Clocks {

    /** A new source of chance for one owner, which may share it between threads. */
    RandomGenerator random();

    /** A new random id. */
    UUID uuid();

    /** A new thread, which lives until it is closed. */
    Worker worker(String name);

    /** Where subscribers and observers are called. Its tasks may block. It may reject a task. */
    Executor pool();

    /** Makes a daemon thread of that name for each task, which may block. */
    Executor threads(String name);

    /** Runs a task on any thread after that time. The task must not block. */
    Worker.Timer after(Duration delay, Runnable task);

    /** Runs each task on any thread after that time. The tasks must not block. */
    default Executor delayedExecutor(Duration delay) {
        return task -> after(delay, task);
    }

    /** Runs each task on any thread, soon. For work that takes a while and does not block. It rejects no task. */
    default Executor computations() {
        return delayedExecutor(Duration.ZERO);
    }

    /**
     * Fails a future with a {@link TimeoutException} unless it is done by then.
     *
     * @return the same future
     */
    default <T> CompletableFuture<T> orTimeout(CompletableFuture<T> future, Duration limit) {
        if (!future.isDone()) {
            Worker.Timer timer = after(limit, () -> future.completeExceptionally(new TimeoutException()));
            future.whenComplete((value, failure) -> timer.cancel());
        }
        return future;
    }
}
