package io.quarkiverse.lively.demo;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;

/** A promised bound: what was measured is printed, and may be late by the slack of a busy machine. */
final class Measured {

    static final Duration SLACK = Duration.ofSeconds(2);

    private final long start = System.nanoTime();

    static Measured fromNow() {
        return new Measured();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Waits for something that is promised within a time from the start. */
    Duration await(String what, Duration promised, BooleanSupplier condition) {
        Awaitility.await(what).atMost(promised.plus(SLACK).plusSeconds(3)).pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
        return check(what, promised);
    }

    /** Something that is promised within a time from the start has just happened. */
    Duration check(String what, Duration promised) {
        Duration measured = elapsed();
        System.out.printf("%s: %d ms (promised: %d ms)%n", what, measured.toMillis(), promised.toMillis());
        Assertions.assertTrue(measured.compareTo(promised.plus(SLACK)) <= 0, what + " took " + measured);
        return measured;
    }
}
