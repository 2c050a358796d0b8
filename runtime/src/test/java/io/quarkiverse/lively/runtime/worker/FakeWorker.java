package io.quarkiverse.lively.runtime.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;

/** A worker whose time stands still until a test moves it. Tasks run on the thread of the test. */
public final class FakeWorker implements Worker {

    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Scheduled> scheduled = new PriorityQueue<>();
    private long nanoTime = Long.MAX_VALUE - 1_000_000_000L;
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private long count;
    private boolean running;

    /** Overflow of the clock is part of the test: the clock starts close to it. */
    private final class Scheduled implements Comparable<Scheduled> {

        final long at;
        final long order = count++;
        final Runnable task;

        Scheduled(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        @Override
        public int compareTo(Scheduled other) {
            return at == other.at ? Long.compare(order, other.order) : Long.signum(at - other.at);
        }
    }

    @Override
    public long nanoTime() {
        return nanoTime;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
        runReady();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Scheduled timer = new Scheduled(nanoTime + Math.max(0, delay.toNanos()), task);
        scheduled.add(timer);
        return () -> scheduled.remove(timer);
    }

    /** Drops what is still to run. */
    @Override
    public void close() {
        ready.clear();
        scheduled.clear();
    }

    /** Lets time pass, and everything happen that is due in it, when it is due. */
    public void pass(Duration time) {
        long end = nanoTime + time.toNanos();
        while (!scheduled.isEmpty() && end - scheduled.peek().at >= 0) {
            Scheduled next = scheduled.poll();
            moveTo(next.at);
            execute(next.task);
        }
        moveTo(end);
    }

    /** Lets time pass while nothing runs, as if the process were stopped. What was due is overdue then. */
    public void sleepThrough(Duration time) {
        moveTo(nanoTime + time.toNanos());
    }

    /** Somebody sets the wall clock, or the machine was suspended: the monotonic clock knows nothing of it. */
    public void setClock(Duration ahead) {
        now = now.plus(ahead);
    }

    private void moveTo(long time) {
        if (time - nanoTime > 0) {
            now = now.plusNanos(time - nanoTime);
            nanoTime = time;
        }
    }

    private void runReady() {
        if (running) {
            return;
        }
        running = true;
        try {
            while (!ready.isEmpty()) {
                ready.poll().run();
            }
        } finally {
            running = false;
        }
    }
}
