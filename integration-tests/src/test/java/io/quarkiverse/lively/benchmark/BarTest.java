package io.quarkiverse.lively.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarTest {

    @ParameterizedTest
    @CsvSource({
            "1.0, 1.3, MET", "1.31, 1.5, MISSED", "1.2, 1.4, UNDECIDED", "1.3, 1.4, UNDECIDED",
            "-Infinity, Infinity, UNDECIDED" })
    void anUpperBarIsMetByTheHighEndOnly(double low, double high, Verdict verdict) {
        assertEquals(verdict, Bar.atMost(1.3).verdict(new Interval(low, high)));
    }

    @ParameterizedTest
    @CsvSource({
            "0.8, 1.0, MET", "0.5, 0.79, MISSED", "0.7, 0.9, UNDECIDED", "0.7, 0.8, UNDECIDED",
            "-Infinity, Infinity, UNDECIDED" })
    void aLowerBarIsMetByTheLowEndOnly(double low, double high, Verdict verdict) {
        assertEquals(verdict, Bar.atLeast(0.8).verdict(new Interval(low, high)));
    }

    @Test
    void aCountedValueIsNeverUndecided() {
        assertEquals(Verdict.MET, Bar.atMost(0).verdict(Interval.exactly(0)));
        assertEquals(Verdict.MISSED, Bar.atMost(0).verdict(Interval.exactly(0.001)));
    }
}
