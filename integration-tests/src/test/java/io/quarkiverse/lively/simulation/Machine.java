package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.time.Instant;

/** A machine and its clocks. No two machines have the same time. */
final class Machine {

    private static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

    private final Scheduler scheduler;
    private final String name;
    private final long monotonicStart;
    private long wallOffset;
    /** How long the machine was suspended so far: its monotonic clock stood still for that time. */
    private long suspendedFor;

    /**
     * @param monotonicStart what its monotonic clock shows at the start of the run
     * @param skew of its wall clock
     */
    Machine(Scheduler scheduler, String name, long monotonicStart, Duration skew) {
        this.scheduler = scheduler;
        this.name = name;
        this.monotonicStart = monotonicStart;
        this.wallOffset = skew.toNanos();
    }

    String name() {
        return name;
    }

    long nanoTime() {
        return monotonicStart + scheduler.now() - suspendedFor;
    }

    Instant now() {
        return at(scheduler.now());
    }

    /** What its wall clock shows at that true time, as it is set now. */
    Instant at(long trueTime) {
        return EPOCH.plusNanos(trueTime + wallOffset);
    }

    /** The true time at which its wall clock, as it is set now, shows that. */
    long trueTimeOf(Instant wallTime) {
        return Duration.between(EPOCH, wallTime).toNanos() - wallOffset;
    }

    void setWallClock(Duration ahead) {
        wallOffset += ahead.toNanos();
    }

    /** It was suspended for that time until now. */
    void wokeUpAfter(Duration time) {
        suspendedFor += time.toNanos();
    }
}
