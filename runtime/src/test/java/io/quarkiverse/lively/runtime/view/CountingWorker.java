package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

import io.quarkiverse.lively.runtime.worker.Worker;

/** Knows how many tasks are still to run. */
final class CountingWorker implements Worker {

    private final Worker worker;
    int timers;

    CountingWorker(Worker worker) {
        this.worker = worker;
    }

    @Override
    public void execute(Runnable task) {
        worker.execute(task);
    }

    @Override
    public void close() {
        worker.close();
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
    public Timer after(Duration delay, Runnable task) {
        timers++;
        AtomicBoolean over = new AtomicBoolean();
        Timer timer = worker.after(delay, () -> {
            if (over.compareAndSet(false, true)) {
                timers--;
                task.run();
            }
        });
        return () -> {
            timer.cancel();
            if (over.compareAndSet(false, true)) {
                timers--;
            }
        };
    }
}
