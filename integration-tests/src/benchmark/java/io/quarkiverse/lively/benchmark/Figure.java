package io.quarkiverse.lively.benchmark;

import java.util.Arrays;
import java.util.List;

/**
 * What was measured of one side of a comparison.
 *
 * @param repetitions the samples of each repetition, in the order in which they were taken
 */
record Figure(List<double[]> repetitions) {

    static Figure of(double... onePerRepetition) {
        return new Figure(Arrays.stream(onePerRepetition).mapToObj(value -> new double[] { value }).toList());
    }

    /** The median of each repetition. */
    double[] medians() {
        return repetitions.stream().mapToDouble(samples -> percentile(samples, 50)).toArray();
    }

    /** The greatest of each repetition. */
    double[] mosts() {
        return repetitions.stream().mapToDouble(samples -> percentile(samples, 100)).toArray();
    }

    /** The median of the medians of the repetitions. */
    double median() {
        return percentile(medians(), 50);
    }

    /** Of all samples of all repetitions. */
    double percentile(double percent) {
        return percentile(repetitions.stream().flatMapToDouble(Arrays::stream).toArray(), percent);
    }

    double most() {
        return percentile(100);
    }

    private static double percentile(double[] samples, double percent) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        double rank = percent / 100 * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
    }
}
