package io.quarkiverse.lively.benchmark;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * A row of the table before its figures are there: which side is compared with which.
 *
 * @param ours the name of the side of Lively
 * @param against the other side, for a reader
 * @param theirs the name of the other side
 * @param compare the value of a pair, from one figure of each side
 * @param percentile of the samples of a round, which is the figure of that round
 * @param unit of the value
 * @param shown how the medians of both sides are shown
 * @param bar empty if the figure is only for information
 */
record Comparison(String work, String ours, String against, String theirs, DoubleBinaryOperator compare, double percentile,
        String unit, Shown shown, Optional<Bar> bar) {

    /** The other side, for a reader. */
    static final String BASE = "the base build";
    /** A build is no worse than its base if it takes at most 5 % more. */
    static final Bar NO_WORSE = Bar.atMost(1.05);

    /** @param size so many nanoseconds are one of the unit */
    record Shown(String unit, double size) {
    }

    /** The time of this side, divided by the time of the other one. */
    static Comparison ratio(String work, String ours, String against, String theirs, Shown shown, Bar bar) {
        return new Comparison(work, ours, against, theirs, (a, b) -> a / b, 50, "x", shown, Optional.ofNullable(bar));
    }

    /** How many times as fast as the other side this one is. */
    static Comparison speed(String work, String ours, String against, String theirs, Shown shown, Bar bar) {
        return new Comparison(work, ours, against, theirs, (a, b) -> b / a, 50, "x", shown, Optional.ofNullable(bar));
    }

    /** The time of this side, less the time of the other one. */
    static Comparison difference(String work, String ours, String against, String theirs, Shown shown, Bar bar) {
        return new Comparison(work, ours, against, theirs, (a, b) -> (a - b) / shown.size(), 50, shown.unit(), shown,
                Optional.ofNullable(bar));
    }

    /** With this percentile of each round in place of its median. */
    Comparison at(double percent) {
        return new Comparison(work, ours, against, theirs, compare, percent, unit, shown, bar);
    }

    /** The value of each pair, from the samples of each round. */
    double[] pairs(List<double[]> ours, List<double[]> theirs) {
        double[] a = figures(ours);
        double[] b = figures(theirs);
        return IntStream.range(0, a.length).mapToDouble(i -> compare.applyAsDouble(a[i], b[i])).toArray();
    }

    /** The medians of both sides, for a reader. */
    String detail(List<double[]> ours, List<double[]> theirs) {
        return Line.number(Statistics.median(figures(ours)) / shown.size()) + " against "
                + Line.number(Statistics.median(figures(theirs)) / shown.size()) + " " + shown.unit();
    }

    private double[] figures(List<double[]> rounds) {
        return rounds.stream().mapToDouble(samples -> Statistics.percentile(samples, percentile)).toArray();
    }
}
