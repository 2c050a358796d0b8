package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** Counts the tasks that Lively hands over to another thread. A timer counts when it runs. */
final class CountingPlatform extends SystemPlatform {

    private final LongAdder handOvers;

    CountingPlatform(LongAdder handOvers) {
        this.handOvers = handOvers;
    }

    @Override
    public Worker worker(String name) {
        Worker worker = super.worker(name);
        return new Worker() {
            @Override
            public void execute(Runnable task) {
                handOvers.increment();
                worker.execute(task);
            }

            @Override
            public Timer after(Duration delay, Runnable task) {
                return worker.after(delay, counted(task));
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
            public void close() {
                worker.close();
            }
        };
    }

    @Override
    public Executor pool() {
        return counted(super.pool());
    }

    @Override
    public Executor threads(String name) {
        return counted(super.threads(name));
    }

    @Override
    public Executor computations() {
        return counted(super.computations());
    }

    @Override
    public Worker.Timer after(Duration delay, Runnable task) {
        return super.after(delay, counted(task));
    }

    private Executor counted(Executor executor) {
        return task -> {
            handOvers.increment();
            executor.execute(task);
        };
    }

    private Runnable counted(Runnable task) {
        return () -> {
            handOvers.increment();
            task.run();
        };
    }
}
