package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The clocks and the one thread of a worker. Its other threads are the calling thread, and chance is always the same.
 *
 * @param pool where subscribers and observers are called
 * @param seed of its chance
 * @param uuids makes its uuids. By default they are random: each process of a test has a platform of its own
 */
public record FakePlatform(Worker worker, Executor pool, int seed, Supplier<UUID> uuids) implements Platform {

    public FakePlatform(Worker worker, Executor pool) {
        this(worker, pool, 1, UUID::randomUUID);
    }

    /** The pool is the calling thread. */
    public FakePlatform(Worker worker) {
        this(worker, Runnable::run);
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
    public RandomGenerator random() {
        return new Random(seed);
    }

    @Override
    public UUID uuid() {
        return uuids.get();
    }

    @Override
    public Worker worker(String name) {
        return worker;
    }

    @Override
    public Executor threads(String name) {
        return Runnable::run;
    }

    @Override
    public Worker.Timer after(Duration delay, Runnable task) {
        return worker.after(delay, task);
    }
}
