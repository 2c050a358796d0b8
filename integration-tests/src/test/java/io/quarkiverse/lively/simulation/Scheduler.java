package io.quarkiverse.lively.simulation;

import java.util.PriorityQueue;

/** Simulated time, and what is to happen in it. One thread. */
public final class Scheduler {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now;
    private long sequence;
    private long steps;

    /** A task that can be taken back. */
    public interface Timer {

        void cancel();
    }

    /** The true time, in nanoseconds since the start of the run. No process can read it. */
    public long now() {
        return now;
    }

    /** How many tasks have run. */
    public long steps() {
        return steps;
    }

    /** Runs a task after that time. Of two tasks of one moment, the one that was scheduled first runs first. */
    public Timer after(long nanos, Runnable task) {
        Task scheduled = new Task(now + Math.max(0, nanos), sequence++, task);
        tasks.add(scheduled);
        return scheduled;
    }

    /**
     * Runs the next task.
     *
     * @param limit the time after which nothing runs
     * @return whether there was one before the limit; if not, it is that time now
     */
    public boolean step(long limit) {
        Task next = tasks.peek();
        while (next != null && next.task == null) {
            tasks.poll();
            next = tasks.peek();
        }
        if (next == null || next.time > limit) {
            now = Math.max(now, limit);
            return false;
        }
        tasks.poll();
        now = next.time;
        steps++;
        Runnable task = next.task;
        next.task = null;
        task.run();
        return true;
    }

    private static final class Task implements Timer, Comparable<Task> {

        private final long time;
        private final long sequence;
        /** Null once it has run or was cancelled. */
        private Runnable task;

        Task(long time, long sequence, Runnable task) {
            this.time = time;
            this.sequence = sequence;
            this.task = task;
        }

        @Override
        public void cancel() {
            task = null;
        }

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }
}
