package io.quarkiverse.lively.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {

    @Test
    void aPercentileInterpolates() {
        double[] samples = { 40, 10, 30, 20 };
        assertEquals(25, Statistics.median(samples));
        assertEquals(10, Statistics.percentile(samples, 0));
        assertEquals(40, Statistics.percentile(samples, 100));
        assertEquals(37, Statistics.percentile(samples, 90), 1e-9);
    }

    /** The ranks are those of published tables of the sign test. */
    @ParameterizedTest
    @CsvSource({
            "6, 0.95, 1, 6", "8, 0.95, 1, 8", "9, 0.95, 2, 8", "15, 0.95, 4, 12", "20, 0.95, 6, 15", "30, 0.95, 10, 21",
            "50, 0.95, 18, 33", "100, 0.95, 40, 61", "10, 0.99, 1, 10", "20, 0.99, 4, 17", "2000, 0.95, 956, 1045" })
    void theIntervalOfTheMedianIsBetweenTwoRanks(int samples, double confidence, double low, double high) {
        double[] ranks = IntStream.rangeClosed(1, samples).mapToDouble(i -> samples + 1 - i).toArray();
        assertEquals(new Interval(low, high), Statistics.intervalOfMedian(ranks, confidence));
    }

    @ParameterizedTest
    @CsvSource({ "1, 0.95", "5, 0.95", "7, 0.99" })
    void tooFewSamplesExcludeNothing(int samples, double confidence) {
        assertEquals(Interval.UNKNOWN, Statistics.intervalOfMedian(new double[samples], confidence));
    }

    @Test
    void theErrorsOfAllLooksAddUpToFivePercent() {
        assertEquals(0.975, Statistics.confidence(1));
        assertEquals(0.9875, Statistics.confidence(2));
        assertEquals(0.05, IntStream.rangeClosed(1, 60).mapToDouble(look -> 1 - Statistics.confidence(look)).sum(), 1e-9);
    }

    /** With a skewed distribution, whose median is 1: a spike of the machine makes a sample larger, and never smaller. */
    @Test
    void theIntervalContainsTheTrueMedianAsOftenAsPromised() {
        Random random = new Random(1);
        int trials = 4_000;
        long hits = IntStream.range(0, trials).filter(trial -> {
            double[] samples = IntStream.range(0, 15).mapToDouble(i -> Math.exp(Math.pow(random.nextGaussian(), 3)))
                    .toArray();
            Interval interval = Statistics.intervalOfMedian(samples, 0.95);
            return interval.low() <= 1 && 1 <= interval.high();
        }).count();
        // 96.5 % with 15 samples; the standard error of this many trials is 0.3 %.
        assertTrue(hits > 0.955 * trials && hits < 0.975 * trials, () -> hits + " of " + trials);
    }
}
