package io.quarkiverse.lively.benchmark;

import java.util.Arrays;

/** Statistics that assume nothing about the distribution of the samples. */
final class Statistics {

    /** The chance that the intervals of a row miss the true median, over all looks at that row. */
    private static final double ERROR = 0.05;

    private Statistics() {
    }

    static double median(double[] samples) {
        return percentile(samples, 50);
    }

    /** Interpolates between the two nearest samples. */
    static double percentile(double[] samples, double percent) {
        double[] sorted = sorted(samples);
        double rank = percent / 100 * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
    }

    /**
     * The interval between two of the samples that contains the median of their distribution with at least this confidence. The
     * number of samples below the median has a binomial distribution with p = 1/2, whatever the distribution of the samples.
     */
    static Interval intervalOfMedian(double[] samples, double confidence) {
        int outside = samplesOutside(samples.length, confidence);
        if (outside < 0) {
            return Interval.UNKNOWN;
        }
        double[] sorted = sorted(samples);
        return new Interval(sorted[outside], sorted[sorted.length - 1 - outside]);
    }

    /**
     * The confidence of the interval at one look at the samples of a row, from 1. A row may be looked at several times until
     * it is decided. Each look gets half of the error that is left, so that all intervals of a row together contain the true
     * median with 95 %, however often the row is looked at.
     */
    static double confidence(int look) {
        return 1 - ERROR / Math.pow(2, look);
    }

    /** How many samples are left out at each end of the interval; -1 if all samples are not enough. */
    private static int samplesOutside(int samples, double confidence) {
        double below = 0;
        double logChance = -samples * Math.log(2);
        for (int i = 0; i < samples; i++) {
            below += Math.exp(logChance);
            if (2 * below > 1 - confidence) {
                return i - 1;
            }
            logChance += Math.log((samples - i) / (i + 1.0));
        }
        return -1;
    }

    private static double[] sorted(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
