package io.quarkiverse.lively.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import io.smallrye.mutiny.Uni;

/** Runs seeds, one after the other on each core, and reports: {@code mvn verify -Psimulation}. */
public final class Simulation {

    private static final int TRACE_LINES = 400;
    private static final String SEED = "seed=";
    private static final String TRANSITION = "transition ";
    /** In so many minutes everything that can happen is seen. */
    private static final double MINUTES_TO_SEE_ALL = 5;
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
     * @param arguments for how many minutes, 10 by default; the first seed, by default one that follows from the clock; in how
     *        many threads, one for each processor by default; anything else to end at the first failure. Or {@code seed=} with
     *        the only seed to run, whose trace is printed, and anything else to print all of it
     */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        BugLog log = BugLog.open();
        List<String> given = new ArrayList<>(List.of(arguments));
        // An empty one is a property of Maven that nobody has set.
        given.removeIf(argument -> argument.isBlank() || argument.equals(SEED));
        if (!given.isEmpty() && given.get(given.size() - 1).startsWith(SEED)) {
            System.exit(repeat(seed(given.get(given.size() - 1)), false, log) ? 0 : 1);
        }
        if (!given.isEmpty() && given.get(0).startsWith(SEED)) {
            System.exit(repeat(seed(given.get(0)), true, log) ? 0 : 1);
        }
        double minutes = given.isEmpty() ? 10 : Double.parseDouble(given.get(0));
        long first = given.size() > 1 ? Long.decode(given.get(1)) : System.currentTimeMillis() * 1000;
        int threads = given.size() > 2 ? Integer.parseInt(given.get(2)) : Runtime.getRuntime().availableProcessors();
        System.out.printf("Simulates from seed %d on, for %.1f minutes, in %d threads%n", first, minutes, threads);
        Simulation simulation = new Simulation(first, Long.MAX_VALUE, Duration.ofMillis((long) (minutes * 60_000)),
                given.size() > 3, log);
        simulation.run(threads);
        System.out.println(simulation.summary());
        List<String> unseen = minutes >= MINUTES_TO_SEE_ALL ? simulation.unseen() : List.of();
        unseen.forEach(what -> System.out.println("never seen: " + what));
        if (!simulation.failures.isEmpty()) {
            System.out.println(explain(simulation.failures.get(0), log));
        }
        System.exit(simulation.failures.isEmpty() && unseen.isEmpty() ? 0 : 1);
    }

    private static long seed(String argument) {
        return Long.decode(argument.substring(SEED.length()));
    }

    /** Prints the trace, after making the plan smaller if it fails. */
    private static boolean repeat(long seed, boolean whole, BugLog log) {
        World.Outcome outcome = World.run(Plan.of(seed), whole ? Integer.MAX_VALUE : 0, log);
        System.out.println(whole || outcome.violation().isEmpty() ? report(outcome) : explain(outcome, log));
        return outcome.violation().isEmpty();
    }

    void run(int threads) throws InterruptedException {
        // Mutiny gets ready at its first use, which must not be in two threads at once.
        Uni.createFrom().voidItem().await().indefinitely();
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
            add(World.run(Plan.of(first + number), 0, log));
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

    synchronized long seeds() {
        return seeds;
    }

    List<World.Outcome> failures() {
        return failures;
    }

    /** Repeats a failed run with as little as it fails with, for a human. */
    static String explain(World.Outcome failed, BugLog log) {
        Plan smallest = new Shrinker(failed, SHRINK, plan -> World.run(plan, 0, log)).shrink();
        return report(World.run(smallest, TRACE_LINES, log));
    }

    private static String report(World.Outcome outcome) {
        StringBuilder text = new StringBuilder();
        text.append("seed ").append(outcome.plan().seed()).append('\n').append(outcome.plan().describe());
        outcome.trace().forEach(line -> text.append(line).append('\n'));
        outcome.violation().ifPresent(
                violation -> text.append("BROKEN: ").append(violation.check()).append(": ").append(violation.message()));
        return text.append(String.format("%nhash %016x, %d steps%n", outcome.hash(), outcome.steps())).toString();
    }

    /** What should have been seen and was not: acts, checks, and changes of a state. */
    synchronized List<String> unseen() throws IOException {
        Map<String, Long> expected = new TreeMap<>(counts);
        StateTable.read().transitions().forEach(transition -> expected.putIfAbsent(TRANSITION + transition, 0L));
        return expected.entrySet().stream().filter(count -> count.getValue() == 0).map(Map.Entry::getKey).toList();
    }

    synchronized String summary() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%d seeds, %.1f simulated hours, %d steps, %d failures%n", seeds,
                seeds * Plan.END.toMillis() / 3_600_000.0, steps, failures.size()));
        counts.forEach((what, times) -> text.append(String.format("  %-60s %12d%n", what, times)));
        return text.toString();
    }
}
