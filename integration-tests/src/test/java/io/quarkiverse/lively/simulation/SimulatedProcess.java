package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * A process on a machine: what happens on its threads, in simulated time. It may be stopped for a while in the middle of
 * anything, or end.
 */
final class SimulatedProcess implements Platform {

    /** Handing a task to another thread takes so long, as a rule, and now and then far longer. */
    private static final long HOP = 30_000;
    private static final long SLOW_HOP = 30_000_000;
    private static final int SLOW_ONE_IN = 200;

    private final String name;
    private final Machine machine;
    private final Scheduler scheduler;
    private final Chance chance;
    private final RandomGenerator hops;
    private final Consumer<Throwable> bugs;
    private final Queue<Runnable> held = new ArrayDeque<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private boolean paused;
    /** Whether it still does what it could not do while it was paused. */
    private boolean catchingUp;
    private boolean dead;
    private long pausedAt;
    private long resumedAt;
    private int sources;
    private int openTimers;

    /** @param bugs told what a task has thrown, which none may */
    SimulatedProcess(String name, Machine machine, Scheduler scheduler, Chance chance, Consumer<Throwable> bugs) {
        this.name = name;
        this.machine = machine;
        this.scheduler = scheduler;
        this.chance = chance;
        this.hops = chance.of("hops");
        this.bugs = bugs;
    }

    String name() {
        return name;
    }

    Machine machine() {
        return machine;
    }

    boolean isDead() {
        return dead;
    }

    boolean isRunning() {
        return !dead && !paused;
    }

    boolean isPaused() {
        return paused && !dead;
    }

    /** The true time at which it was paused for the last time. */
    long pausedAt() {
        return pausedAt;
    }

    /** When the last pause has ended, in true time. */
    long resumedAt() {
        return resumedAt;
    }

    /** Ends it at once. */
    void kill() {
        if (!dead) {
            dead = true;
            held.clear();
            atEnd.forEach(Runnable::run);
            atEnd.clear();
        }
    }

    /** What the system does when the process ends, whatever its end. */
    void atEnd(Runnable action) {
        atEnd.add(action);
    }

    /** No thread of it runs from now on. */
    void pause() {
        if (!paused) {
            paused = true;
            pausedAt = scheduler.now();
        }
    }

    /** @param suspended whether the machine was suspended as a whole, so that its monotonic clock stood still */
    void resume(boolean suspended) {
        if (!paused || dead) {
            return;
        }
        paused = false;
        resumedAt = scheduler.now();
        if (suspended) {
            machine.wokeUpAfter(Duration.ofNanos(scheduler.now() - pausedAt));
        }
        if (!catchingUp) {
            catchingUp = true;
            catchUp();
        }
    }

    /** In order: what came by one connection, or is of one thread, is not mixed up by a pause, nor by what comes meanwhile. */
    private void catchUp() {
        scheduler.after(Chance.between(hops, 0, HOP), () -> {
            Runnable missed = paused ? null : held.poll();
            if (missed == null) {
                catchingUp = false;
            } else {
                runNow(missed);
                catchUp();
            }
        });
    }

    /** Something comes from outside, such as a message. */
    void deliver(Runnable task) {
        run(task);
    }

    /** How many timers are still to run, but for those of its workers, which end with them. */
    int openTimers() {
        return openTimers;
    }

    /** How many of its threads have not ended. */
    long openWorkers() {
        return workers.stream().filter(worker -> !worker.closed).count();
    }

    @Override
    public long nanoTime() {
        return machine.nanoTime();
    }

    @Override
    public Instant now() {
        return machine.now();
    }

    @Override
    public RandomGenerator random() {
        return chance.of("source-" + sources++);
    }

    @Override
    public UUID uuid() {
        RandomGenerator random = random();
        return new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() >>> 2 | Long.MIN_VALUE);
    }

    @Override
    public Worker worker(String workerName) {
        SimulatedWorker worker = new SimulatedWorker();
        workers.add(worker);
        return worker;
    }

    @Override
    public Executor pool() {
        return task -> scheduler.after(hop(), () -> run(task));
    }

    @Override
    public Executor threads(String threadName) {
        return pool();
    }

    @Override
    public Worker.Timer after(Duration delay, Runnable task) {
        openTimers++;
        return new ProcessTimer(delay, task, () -> openTimers--);
    }

    private long hop() {
        return Chance.between(hops, 1_000, hops.nextInt(SLOW_ONE_IN) == 0 ? SLOW_HOP : HOP);
    }

    private void run(Runnable task) {
        if (dead) {
            return;
        }
        if (paused || catchingUp) {
            held.add(task);
        } else {
            runNow(task);
        }
    }

    private void runNow(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            bugs.accept(e);
        }
    }

    /** By the monotonic clock of the machine: one that was suspended runs its timers later. */
    private final class ProcessTimer implements Worker.Timer {

        private final long due;
        private final Runnable task;
        private final Runnable atEnd;
        private boolean over;

        /** @param atEnd called when it has fired or is cancelled */
        ProcessTimer(Duration delay, Runnable task, Runnable atEnd) {
            this.due = saturated(nanoTime(), Math.max(0, delay.toNanos()));
            this.task = task;
            this.atEnd = atEnd;
            schedule();
        }

        private void schedule() {
            scheduler.after(machine.trueTime(Math.max(0, due - nanoTime())), () -> SimulatedProcess.this.run(this::fire));
        }

        private void fire() {
            if (over) {
                return;
            }
            if (due - nanoTime() > 0) {
                schedule();
                return;
            }
            end();
            task.run();
        }

        @Override
        public void cancel() {
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                atEnd.run();
            }
        }

        private static long saturated(long a, long b) {
            return a + Math.min(b, Long.MAX_VALUE / 4);
        }
    }

    /** One thread: its tasks run in the order in which they were handed to it. */
    private final class SimulatedWorker implements Worker {

        private long busyUntil;
        private boolean closed;

        @Override
        public long nanoTime() {
            return SimulatedProcess.this.nanoTime();
        }

        @Override
        public Instant now() {
            return SimulatedProcess.this.now();
        }

        @Override
        public void execute(Runnable task) {
            if (closed) {
                return;
            }
            busyUntil = Math.max(busyUntil, scheduler.now() + hop());
            scheduler.after(busyUntil - scheduler.now(), () -> SimulatedProcess.this.run(() -> {
                if (!closed) {
                    task.run();
                }
            }));
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            boolean[] cancelled = new boolean[1];
            // A thread that is busy takes it later, and it may be cancelled until then.
            Timer timer = new ProcessTimer(delay, () -> execute(() -> {
                if (!cancelled[0]) {
                    task.run();
                }
            }), () -> {
            });
            return () -> {
                cancelled[0] = true;
                timer.cancel();
            };
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
