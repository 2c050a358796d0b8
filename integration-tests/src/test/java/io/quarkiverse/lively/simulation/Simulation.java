package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Runs seeds, one after the other on each core, and reports: {@code mvn verify -Psimulation}. */
public final class Simulation {

    private static final int TRACE_LINES = 400;
    private static final Duration SHRINK = Duration.ofSeconds(40);

    private final BugLog log;
    private final long first;
    private final long count;
    private final long until;
    private final boolean untilFailure;
    private final AtomicLong next = new AtomicLong();
    private final Map<String, Long> counts = new TreeMap<>();
    private final List<World.Outcome> failures = new ArrayList<>();
    private long seeds;
    private long steps;

    /**
     * @param limit by the real clock
     * @param untilFailure whether to end at the first failure
     */
    Simulation(long first, long count, Duration limit, boolean untilFailure, BugLog log) {
        this.untilFailure = untilFailure;
        this.log = log;
        this.first = first;
        this.count = count;
        this.until = System.nanoTime() + limit.toNanos();
    }

    /**
     * @param arguments for how many minutes; the first seed; in how many threads; anything to end at the first failure; or {@code seed=} and one seed, whose trace is printed
     */
    public static void main(String[] arguments) throws InterruptedException {
        BugLog log = BugLog.open();
        if (arguments.length > 0 && arguments[0].startsWith("seed=")) {
            System.exit(repeat(Long.decode(arguments[0].substring(5)), arguments.length > 1, log) ? 0 : 1);
        }
        double minutes = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 10;
        long first = arguments.length > 1 ? Long.decode(arguments[1]) : 1;
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : Runtime.getRuntime().availableProcessors();
        Simulation simulation = new Simulation(first, Long.MAX_VALUE / 2, Duration.ofMillis((long) (minutes * 60_000)),
                arguments.length > 3, log);
        simulation.run(threads);
        System.out.println(simulation.summary());
        System.exit(simulation.failures.isEmpty() ? 0 : 1);
    }

    /** Prints the trace, after making the plan smaller if it fails. */
    private static boolean repeat(long seed, boolean whole, BugLog log) {
        World.Outcome outcome = World.run(Plan.of(seed), whole ? Integer.MAX_VALUE : 0, log);
        System.out.println(whole || outcome.violation().isEmpty() ? report(outcome) : explain(outcome, log));
        return outcome.violation().isEmpty();
    }

    void run(int threads) throws InterruptedException {
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(this::runSome, "simulation-" + i);
            running.add(thread);
            thread.start();
        }
        for (Thread thread : running) {
            thread.join();
        }
    }

    private void runSome() {
        while (System.nanoTime() - until < 0 && !(untilFailure && hasFailed())) {
            long number = next.getAndIncrement();
            if (number >= count) {
                return;
            }
            World.Outcome outcome;
            try {
                outcome = World.run(Plan.of(first + number), 0, log);
            } catch (RuntimeException | Error e) {
                throw new IllegalStateException("seed " + (first + number), e);
            }
            add(outcome);
        }
    }

    private synchronized void add(World.Outcome outcome) {
        seeds++;
        steps += outcome.steps();
        outcome.counts().forEach((what, times) -> counts.merge(what, times, Long::sum));
        outcome.violation().ifPresent(violation -> {
            failures.add(outcome);
            System.out.printf("seed %d: %s: %s%n", outcome.plan().seed(), violation.check(), violation.message());
        });
    }

    private synchronized boolean hasFailed() {
        return !failures.isEmpty();
    }

    List<World.Outcome> failures() {
        return failures;
    }

    /** Repeats a failed run with as little as it fails with, for a human. */
    static String explain(World.Outcome failed, BugLog log) {
        return report(World.run(new Shrinker(failed, SHRINK, log).shrink(), TRACE_LINES, log));
    }

    private static String report(World.Outcome outcome) {
        StringBuilder text = new StringBuilder();
        text.append("seed ").append(outcome.plan().seed()).append('\n').append(outcome.plan().describe());
        outcome.trace().forEach(line -> text.append(line).append('\n'));
        outcome.violation().ifPresent(
                violation -> text.append("BROKEN: ").append(violation.check()).append(": ").append(violation.message()));
        return text.append(String.format("%nhash %016x, %d steps%n", outcome.hash(), outcome.steps())).toString();
    }

    synchronized String summary() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%d seeds, %.1f simulated hours, %d steps, %d failures%n", seeds,
                seeds * Plan.END.toMillis() / 3_600_000.0, steps, failures.size()));
        counts.forEach((what, times) -> text.append(String.format("  %-60s %12d%n", what, times)));
        return text.toString();
    }
}
