package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

import io.quarkiverse.lively.runtime.worker.Worker;

/** Runs the tasks of a view on its worker. A task that throws something ends there, and the view starts anew. */
final class GuardedWorker implements Worker {

    private final Worker worker;
    private final Consumer<Throwable> failed;

    /**
     * @param failed called on the worker with what a task threw; must not throw anything
     */
    GuardedWorker(Worker worker, Consumer<Throwable> failed) {
        this.worker = worker;
        this.failed = failed;
    }

    @Override
    public long nanoTime() {
        return worker.nanoTime();
    }

    @Override
    public Instant now() {
        return worker.now();
    }

    @Override
    public void execute(Runnable task) {
        worker.execute(guarded(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return worker.after(delay, guarded(task));
    }

    @Override
    public void close() {
        worker.close();
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) {
                failed.accept(e);
            }
        };
    }
}
