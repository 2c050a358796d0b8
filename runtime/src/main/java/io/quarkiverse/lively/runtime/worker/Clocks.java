package io.quarkiverse.lively.runtime.worker;

import java.time.Instant;

/** The two clocks of a machine. Any thread may read them. */
public interface Clocks {

    /** A monotonic clock, in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** The wall clock. Only for times that others read. Nothing is scheduled by it. */
    Instant now();
}
