package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.smallrye.mutiny.infrastructure.Infrastructure;

/** The clocks and the threads of this JVM, and the pool of the application. */
public class SystemPlatform implements Platform {

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public RandomGenerator random() {
        return new Random();
    }

    @Override
    public UUID uuid() {
        return UUID.randomUUID();
    }

    @Override
    public Worker worker(String name) {
        return new WorkerThread(name, this);
    }

    /** The pool that the application has when a task is given to it. */
    @Override
    public Executor pool() {
        return task -> Infrastructure.getDefaultExecutor().execute(task);
    }

    @Override
    public Executor threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }

    @Override
    public Worker.Timer after(Duration delay, Runnable task) {
        CompletableFuture<Void> due = new CompletableFuture<>();
        due.thenRunAsync(task);
        due.completeOnTimeout(null, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> due.cancel(false);
    }

    @Override
    public Executor computations() {
        return ForkJoinPool.commonPool();
    }
}
