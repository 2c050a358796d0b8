package io.quarkiverse.lively.benchmark;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A line of the table: one figure, and the bar that it has to reach.
 *
 * @param unit of the estimate
 * @param detail the figures of both sides, or the source of the figure, for a reader
 * @param bar empty if the figure is only for information
 * @param ours what one call of this side costs apart from time
 * @param theirs what one call of the other side costs apart from time
 */
record Line(String work, String against, Estimate estimate, String unit, String detail, Optional<Bar> bar, Counts ours,
        Counts theirs) {

    /** A figure that is compared with nothing. */
    static Line absolute(String work, Estimate estimate, String unit, String detail, Bar bar) {
        return new Line(work, "", estimate, unit, detail, Optional.ofNullable(bar), Counts.NONE, Counts.NONE);
    }

    /** A figure of this build and of the base build, which were taken by turns. */
    static Line againstBase(String work, double[] ours, double[] base, String unit) {
        double[] pairs = IntStream.range(0, ours.length).mapToDouble(i -> ours[i] / base[i]).toArray();
        return new Line(work, Comparison.BASE, Estimate.of(pairs, Statistics.confidence(1)), "x",
                number(Statistics.median(ours)) + " against " + number(Statistics.median(base)) + " " + unit,
                Optional.of(Comparison.NO_WORSE), Counts.NONE, Counts.NONE);
    }

    /** Empty if there is no bar. */
    Optional<Verdict> verdict() {
        return bar.map(limit -> limit.verdict(estimate.interval()));
    }

    /** With three significant digits. */
    static String number(double value) {
        int decimals = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
        return String.format(Locale.ROOT, "%,." + Math.min(decimals, 4) + "f", value);
    }
}
