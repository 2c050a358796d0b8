package io.quarkiverse.lively.benchmark;

/**
 * A median with its confidence interval.
 *
 * @param samples the number of values or pairs of values; 0 if the value was counted, not sampled
 */
record Estimate(double value, Interval interval, int samples) {

    static Estimate of(double[] samples, double confidence) {
        return new Estimate(Statistics.median(samples), Statistics.intervalOfMedian(samples, confidence), samples.length);
    }

    /** A value that was counted. */
    static Estimate counted(double value) {
        return new Estimate(value, Interval.exactly(value), 0);
    }

    /** The highest sample, for a bar that each sample has to meet. */
    static Estimate worst(double[] samples) {
        double worst = Statistics.percentile(samples, 100);
        return new Estimate(worst, Interval.exactly(worst), samples.length);
    }
}
