package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.time.Instant;

/** The worker of a process that can die: then nothing of it runs any more, while the clock goes on. */
public final class MortalWorker implements Worker {

    private final FakeWorker clock;
    private boolean dead;

    public MortalWorker(FakeWorker clock) {
        this.clock = clock;
    }

    public void die() {
        dead = true;
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public Instant now() {
        return clock.now();
    }

    @Override
    public void execute(Runnable task) {
        clock.execute(whileAlive(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return clock.after(delay, whileAlive(task));
    }

    @Override
    public void close() {
        die();
    }

    private Runnable whileAlive(Runnable task) {
        return () -> {
            if (!dead) {
                task.run();
            }
        };
    }
}
