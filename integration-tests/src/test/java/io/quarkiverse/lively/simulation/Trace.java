package io.quarkiverse.lively.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * What happened in a run, step by step. The hash of all steps is always worked out; the text of a step only if the trace is to
 * be read.
 */
public final class Trace {

    private final Scheduler scheduler;
    private final int lines;
    private final Deque<String> text = new ArrayDeque<>();
    private long hash = 1;

    /** @param lines how many of the last lines are kept to be read; 0 for none */
    Trace(Scheduler scheduler, int lines) {
        this.scheduler = scheduler;
        this.lines = lines;
    }

    /**
     * @param who a process, a member or an act
     * @param what a constant
     * @param detail a number that follows from the step
     * @param words for a human
     */
    public void note(String who, String what, long detail, Supplier<String> words) {
        long value = hash * 31 + scheduler.now();
        value = value * 31 + who.hashCode();
        value = value * 31 + what.hashCode();
        hash = (value * 31 + detail) * 0x9E3779B97F4A7C15L;
        remark(who, what, words);
    }

    /** A step that follows from others, and does not count for the hash. */
    void remark(String who, String what, Supplier<String> words) {
        if (lines > 0) {
            long micros = scheduler.now() / 1000;
            text.add(String.format("%4d.%06d  %-14s %-18s %s", micros / 1_000_000, micros % 1_000_000, who, what, words.get()));
            if (text.size() > lines) {
                text.remove();
            }
        }
    }

    public boolean isRead() {
        return lines > 0;
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return List.copyOf(text);
    }
}
