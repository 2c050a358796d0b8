package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Measures the sides of comparisons by turns. A turn is one short round of each side, in an order that chance decides, so that
 * drift and the side before meet all sides alike. The rounds of one turn are a pair. Turns go on until the bar of each
 * comparison is met or missed, or until the time is over, but there are at least so many.
 */
final class Turns {

    /** Ends the name of a side that does the work of another side with the base build. */
    static final String BASE = " (base)";

    /** One side of a comparison. */
    interface Side {

        /** @return the samples of one round: nanoseconds */
        double[] measure(Meter meter, int round) throws Exception;
    }

    /** Prepares a turn. */
    interface Preparation {

        void run() throws Exception;
    }

    private final int least;
    private final LongSupplier nanoClock;
    private final Random random;
    private final Map<String, Side> sides = new LinkedHashMap<>();
    private final Map<String, List<double[]>> rounds = new HashMap<>();
    private final List<Comparison> comparisons = new ArrayList<>();
    private final Map<Comparison, Estimate> estimates = new HashMap<>();
    private final Map<String, Counts> counts = new HashMap<>();
    private Preparation preparation = () -> {
    };
    private int round;

    /** @param least the least number of turns */
    Turns(int least, LongSupplier nanoClock, Random random) {
        this.least = least;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /** Before each turn. */
    Turns prepare(Preparation ofTurn) {
        preparation = ofTurn;
        return this;
    }

    Turns side(String name, Side side) {
        sides.put(name, side);
        rounds.put(name, new ArrayList<>());
        return this;
    }

    /** Compares with the base build, too, if our side of the comparison has one. Call this after all sides are there. */
    Turns compare(Comparison comparison) {
        comparisons.add(comparison);
        String base = comparison.ours() + BASE;
        if (sides.containsKey(base) && comparisons.stream().noneMatch(other -> other.theirs().equals(base))) {
            comparisons.add(Comparison.ratio(comparison.work(), comparison.ours(), Comparison.BASE, base, comparison.shown(),
                    Comparison.NO_WORSE).at(comparison.percentile()));
        }
        return this;
    }

    /**
     * @param warmups the turns that are not measured
     * @param share the time for all turns; exceeded only by the least number of turns
     */
    Turns run(int warmups, Duration share) throws Exception {
        long start = nanoClock.getAsLong();
        for (int i = 0; i < warmups; i++) {
            turn();
        }
        rounds.values().forEach(List::clear);
        int look = 1;
        int next = least;
        for (int turns = 1;; turns++) {
            turn();
            boolean isOver = turns >= least && nanoClock.getAsLong() - start >= share.toNanos();
            if (turns == next || isOver) {
                boolean isDecided = look(Statistics.confidence(look));
                if (isDecided || isOver) {
                    return this;
                }
                look++;
                next *= 2;
            }
        }
    }

    /** One more round of each side, for what is counted. Counting takes time, so it is kept apart from the turns. */
    Turns count(String side, Meter.Counting meter) throws Exception {
        sides.get(side).measure(meter, round++);
        return count(side, meter.counts());
    }

    /** The counts of a side that were taken elsewhere. */
    Turns count(String side, Counts ofSide) {
        counts.put(side, ofSide);
        return this;
    }

    Iterable<String> sides() {
        return List.copyOf(sides.keySet());
    }

    /** The median of the medians of the rounds of a side, in nanoseconds. */
    double median(String side) {
        return Statistics.median(rounds.get(side).stream().mapToDouble(Statistics::median).toArray());
    }

    /** In the order of the comparisons. */
    List<Line> lines() {
        return comparisons.stream().map(comparison -> new Line(comparison.work(), comparison.against(),
                estimates.get(comparison), comparison.unit(),
                comparison.detail(rounds.get(comparison.ours()), rounds.get(comparison.theirs())), comparison.bar(),
                counts.getOrDefault(comparison.ours(), Counts.NONE),
                counts.getOrDefault(comparison.theirs(), Counts.NONE))).toList();
    }

    private void turn() throws Exception {
        List<String> order = new ArrayList<>(sides.keySet());
        Collections.shuffle(order, random);
        preparation.run();
        for (String side : order) {
            rounds.get(side).add(sides.get(side).measure(Meter.CLOCK, round));
        }
        round++;
    }

    /** A comparison that was decided keeps the estimate that decided it. */
    private boolean look(double confidence) {
        for (Comparison comparison : comparisons) {
            if (!isDecided(comparison)) {
                estimates.put(comparison, Estimate.of(
                        comparison.pairs(rounds.get(comparison.ours()), rounds.get(comparison.theirs())), confidence));
            }
        }
        return comparisons.stream().allMatch(comparison -> comparison.bar().isEmpty() || isDecided(comparison));
    }

    private boolean isDecided(Comparison comparison) {
        Estimate estimate = estimates.get(comparison);
        return estimate != null && comparison.bar().isPresent()
                && comparison.bar().get().verdict(estimate.interval()) != Verdict.UNDECIDED;
    }
}
