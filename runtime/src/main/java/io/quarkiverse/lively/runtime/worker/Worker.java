package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

import io.quarkiverse.lively.runtime.etcd.EtcdException;

/**
 * One thread, on which everything happens that keeps one kind of state, so that it needs no locks, and the clocks that it goes
 * by. Registrations have one, the view another. What runs on it must not block.
 */
public interface Worker extends Executor, Clocks, AutoCloseable {

    /**
     * Runs what follows on this thread once the answer, or the failure, is there. Not through a future, which would keep an
     * exception of what follows to itself.
     */
    default <T> void when(CompletableFuture<T> answer, BiConsumer<T, EtcdException> then) {
        answer.whenComplete((value, failure) -> execute(
                () -> then.accept(value, failure == null ? null : EtcdException.of(failure))));
    }

    /** Runs a task on this thread after that time. A task that is cancelled on this thread will not run. */
    Timer after(Duration delay, Runnable task);

    /** Ends the thread. A running task is interrupted, and tasks that are still to run are dropped. Idempotent. */
    @Override
    void close();

    /** Something that is still to run. */
    interface Timer {

        void cancel();
    }
}
