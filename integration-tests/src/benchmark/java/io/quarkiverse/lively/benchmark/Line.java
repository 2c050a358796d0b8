package io.quarkiverse.lively.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * A line of the table: one figure, with its spread over the repetitions, and the bar that it is to reach.
 *
 * @param unit of value, least and most
 * @param detail what it was made of, for a human
 * @param bar empty if the figure is only for information
 */
record Line(String work, String against, double value, double least, double most, String unit, String detail,
        Optional<Bar> bar) {

    /** How many times as long as the other side it took. */
    static Line ratio(String work, Figure ours, String against, Figure theirs, String unit, double scale, Bar bar) {
        return compared(work, ours, against, theirs, unit, scale, bar, (a, b) -> a / b);
    }

    /** How many times as fast as the other side it was, where both figures are times. */
    static Line speed(String work, Figure ours, String against, Figure theirs, String unit, double scale, Bar bar) {
        return compared(work, ours, against, theirs, unit, scale, bar, (a, b) -> b / a);
    }

    /** The figure itself. */
    static Line absolute(String work, Figure figure, double value, String unit, String detail, Bar bar) {
        double[] medians = figure.medians();
        return new Line(work, "", value, min(medians), max(medians), unit, detail, Optional.ofNullable(bar));
    }

    private static Line compared(String work, Figure ours, String against, Figure theirs, String unit, double scale, Bar bar,
            DoubleBinaryOperator compare) {
        double[] a = ours.medians();
        double[] b = theirs.medians();
        double[] each = IntStream.range(0, Math.min(a.length, b.length)).mapToDouble(i -> compare.applyAsDouble(a[i], b[i]))
                .toArray();
        return new Line(work, against, compare.applyAsDouble(ours.median(), theirs.median()), min(each), max(each), "x",
                number(ours.median() / scale) + " against " + number(theirs.median() / scale) + " " + unit,
                Optional.ofNullable(bar));
    }

    boolean isMet() {
        return bar.map(limit -> limit.isMetBy(value)).orElse(true);
    }

    /** With three digits that count. */
    static String number(double value) {
        int decimals = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
        return String.format(Locale.ROOT, "%,." + Math.min(decimals, 4) + "f", value);
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElse(0);
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElse(0);
    }
}
