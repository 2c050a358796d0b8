package io.quarkiverse.lively.runtime.view;

import java.time.Instant;

import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * @param time by the wall clock
 * @param nanoTime by the monotonic clock
 */
record Moment(Instant time, long nanoTime) {

    static Moment now(Worker worker) {
        return new Moment(worker.now(), worker.nanoTime());
    }

    boolean isAfter(Moment other) {
        return nanoTime - other.nanoTime > 0;
    }
}
