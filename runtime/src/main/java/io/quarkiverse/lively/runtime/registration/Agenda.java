package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.quarkiverse.lively.runtime.worker.Backoff;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Does one thing at a time, and looks again after a rest. What is asked for while something is under way comes next; of several
 * such things, the last. It lives on the worker thread.
 */
final class Agenda {

    private static final Duration CLOCK_CHECK = Duration.ofSeconds(1);

    private final Worker worker;
    private final Backoff backoff;
    private final BooleanSupplier goesOn;
    private final Runnable look;

    private boolean busy;
    private Runnable next;
    private Worker.Timer timer = () -> {
    };

    /**
     * @param backoff how long to rest after an activity that failed in a way that nobody thought of
     * @param goesOn whether to look again at all
     * @param look the activity that follows a rest
     */
    Agenda(Worker worker, Backoff backoff, BooleanSupplier goesOn, Runnable look) {
        this.worker = worker;
        this.backoff = backoff;
        this.goesOn = goesOn;
        this.look = look;
    }

    boolean isBusy() {
        return busy;
    }

    /** An activity ends with {@link #rest}. */
    void begin(Runnable activity) {
        timer.cancel();
        if (busy) {
            next = activity;
        } else {
            busy = true;
            step(activity);
        }
    }

    /** A part of an activity. Should it fail in a way that nobody thought of, the activity is at least not stuck for ever. */
    void step(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            rest(backoff.next());
            throw e;
        }
    }

    /** Does not look again by itself. */
    void cancelRest() {
        timer.cancel();
    }

    /** Ends an activity. What was asked for meanwhile comes first; otherwise, look again after that time. */
    void rest(Duration pause) {
        rest(pause, 0);
    }

    /** @param change look no later than when the wall clock says that, in ms since the epoch; 0 if it does not matter */
    void rest(Duration pause, long change) {
        busy = false;
        if (next != null) {
            Runnable activity = next;
            next = null;
            begin(activity);
        } else if (goesOn.getAsBoolean()) {
            lookAfter(worker.nanoTime() + pause.toNanos(), change);
        }
    }

    /** The wall clock may be moved: so it is not counted on, but asked. */
    private void lookAfter(long until, long change) {
        Duration left = Duration.ofNanos(Math.max(0, until - worker.nanoTime()));
        Duration untilChange = Duration.ofMillis(Math.max(0, change - worker.now().toEpochMilli()));
        if (left.isZero() || change != 0 && untilChange.isZero()) {
            begin(look);
        } else if (change == 0) {
            timer = worker.after(left, () -> begin(look));
        } else {
            timer = worker.after(Collections.min(List.of(left, untilChange, CLOCK_CHECK)), () -> lookAfter(until, change));
        }
    }
}
