package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A machine and its clocks. No two machines have the same time. */
final class Machine {

    private static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

    private final Scheduler scheduler;
    private final String name;
    private final long monotonicStart;
    private final double rate;
    private long wallOffset;
    /** How long the machine was suspended so far: its monotonic clock stood still for that time. */
    private long suspendedFor;
    private long wokeUpAt = Long.MIN_VALUE / 2;
    private final List<Suspension> suspensions = new ArrayList<>();

    /**
     * @param before how long the machine had run before it, without earlier suspensions
     */
    private record Suspension(long before, long duration) {
    }

    /**
     * @param monotonicStart what its monotonic clock shows at the start of the run
     * @param rate of its monotonic clock; 1 is exact
     * @param skew of its wall clock
     */
    Machine(Scheduler scheduler, String name, long monotonicStart, double rate, Duration skew) {
        this.scheduler = scheduler;
        this.name = name;
        this.monotonicStart = monotonicStart;
        this.rate = rate;
        this.wallOffset = skew.toNanos();
    }

    String name() {
        return name;
    }

    long nanoTime() {
        return monotonicStart + (long) ((scheduler.now() - suspendedFor) * rate);
    }

    /** How long it takes in true time until its monotonic clock has gone on by that, unless the machine is suspended. */
    long trueTime(long nanos) {
        return (long) Math.ceil(nanos / rate);
    }

    /** The true time at which its monotonic clock came to that. */
    long trueTimeWhen(long nanoTime) {
        long running = trueTime(nanoTime - monotonicStart);
        long time = running;
        for (Suspension suspension : suspensions) {
            time += suspension.before() < running ? suspension.duration() : 0;
        }
        return time;
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

    /** The true time at which it went on after it was suspended for the last time; long ago if it never was. */
    long wokeUpAt() {
        return wokeUpAt;
    }

    /** How long the last suspension took; 0 if there was none. */
    long lastSuspension() {
        return suspensions.isEmpty() ? 0 : suspensions.get(suspensions.size() - 1).duration();
    }

    /** It was suspended for that time until now. */
    void wokeUpAfter(Duration time) {
        suspensions.add(new Suspension(scheduler.now() - time.toNanos() - suspendedFor, time.toNanos()));
        suspendedFor += time.toNanos();
        wokeUpAt = scheduler.now();
    }
}
