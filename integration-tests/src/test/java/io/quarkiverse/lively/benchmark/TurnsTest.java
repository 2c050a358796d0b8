package io.quarkiverse.lively.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.benchmark.Counts.Count;

/** On a clock that moves by one second a round. */
class TurnsTest {

    private static final Shown NANOS = new Shown("ns", 1);
    private static final Duration AN_HOUR = Duration.ofHours(1);

    private long now;
    private final List<String> order = new ArrayList<>();
    private final Turns turns = turns(15);

    @Test
    void aClearRatioIsDecidedByTheLeastNumberOfPairs() throws Exception {
        turns.side("ours", round(120)).side("raw", round(100)).compare(ratio(Bar.atMost(1.3))).run(3, AN_HOUR);
        Line line = turns.lines().get(0);
        assertEquals(new Estimate(1.2, Interval.exactly(1.2), 15), line.estimate());
        assertEquals(Optional.of(Verdict.MET), line.verdict());
        assertEquals("120 against 100 ns", line.detail());
    }

    @Test
    void aRatioBeyondTheBarIsMissed() throws Exception {
        turns.side("ours", round(140)).side("raw", round(100)).compare(ratio(Bar.atMost(1.3))).run(0, AN_HOUR);
        assertEquals(Optional.of(Verdict.MISSED), turns.lines().get(0).verdict());
    }

    /** Half of the first pairs are on each side of the bar, and then all are within it. */
    @Test
    void turnsGoOnUntilTheBarIsDecided() throws Exception {
        turns.side("ours", (meter, round) -> samples(round < 14 && round % 2 == 0 ? 150 : 110)).side("raw", round(100))
                .compare(ratio(Bar.atMost(1.3))).run(0, AN_HOUR);
        Line line = turns.lines().get(0);
        assertEquals(Optional.of(Verdict.MET), line.verdict());
        assertEquals(30, line.estimate().samples());
    }

    @Test
    void aRowThatRunsOutOfTimeIsUndecided() throws Exception {
        turns.side("ours", (meter, round) -> samples(round % 2 == 0 ? 150 : 110)).side("raw", round(100))
                .compare(ratio(Bar.atMost(1.3))).run(0, Duration.ofSeconds(100));
        Line line = turns.lines().get(0);
        assertEquals(Optional.of(Verdict.UNDECIDED), line.verdict());
        assertEquals(50, line.estimate().samples());
        assertEquals(new Interval(1.1, 1.5), line.estimate().interval());
    }

    @Test
    void thereAreTheLeastPairsAlsoWithoutTime() throws Exception {
        turns.side("ours", round(120)).side("raw", round(100)).compare(ratio(null)).run(1, Duration.ZERO);
        assertEquals(15, turns.lines().get(0).estimate().samples());
    }

    /** The other row goes on: what decided this one stays, since its error was spent. */
    @Test
    void aDecidedRowKeepsItsEstimate() throws Exception {
        turns.side("ours", round(120)).side("other", (meter, round) -> samples(round % 2 == 0 ? 150 : 110))
                .side("raw", round(100)).compare(ratio(Bar.atMost(1.3)))
                .compare(Comparison.ratio("other", "other", "raw", "raw", NANOS, Bar.atMost(1.3)))
                .run(0, Duration.ofSeconds(150));
        assertEquals(15, turns.lines().get(0).estimate().samples());
        assertEquals(50, turns.lines().get(1).estimate().samples());
    }

    /**
     * The true median is the bar, so each verdict is wrong. There are seven looks: with 95 % each, one row in five is wrong.
     */
    @Test
    void toLookAgainAndAgainDecidesNoMoreOftenWrongly() throws Exception {
        Random random = new Random(1);
        int rows = 1_000;
        int wrong = 0;
        for (int row = 0; row < rows; row++) {
            Turns noisy = turns(15).side("ours", (meter, round) -> samples(130 * Math.exp(random.nextGaussian())))
                    .side("raw", round(100)).compare(ratio(Bar.atMost(1.3)))
                    .run(0, Duration.ofSeconds(2 * 15 * 64));
            if (noisy.lines().get(0).verdict().orElseThrow() != Verdict.UNDECIDED) {
                wrong++;
            }
        }
        int found = wrong;
        assertTrue(wrong < 0.05 * rows, () -> found + " of " + rows);
    }

    /** Drift that doubles all times from round to round is in no ratio of two rounds of one turn. */
    @Test
    void driftMeetsBothSidesAlike() throws Exception {
        turns.side("ours", (meter, round) -> samples(120 * Math.pow(2, round)))
                .side("raw", (meter, round) -> samples(100 * Math.pow(2, round))).compare(ratio(Bar.atMost(1.3)))
                .run(0, AN_HOUR);
        assertEquals(1.2, turns.lines().get(0).estimate().interval().high(), 1e-9);
    }

    @Test
    void chanceDecidesTheOrderOfTheSidesAndASeedRepeatsIt() throws Exception {
        turns.side("ours", named("ours")).side("raw", named("raw")).compare(ratio(null)).run(0, AN_HOUR);
        List<String> first = List.copyOf(order);
        order.clear();
        turns(15).side("ours", named("ours")).side("raw", named("raw")).compare(ratio(null)).run(0, AN_HOUR);
        assertEquals(first, order);
        List<String> leaders = new ArrayList<>();
        for (int i = 0; i < first.size(); i += 2) {
            leaders.add(first.get(i));
            assertNotEquals(first.get(i), first.get(i + 1), "each side has one round in each turn");
        }
        assertTrue(leaders.contains("ours") && leaders.contains("raw"), leaders::toString);
    }

    @Test
    void aDifferenceIsOfPairs() throws Exception {
        turns.side("ours", (meter, round) -> samples(round * 1e6 + 5e6)).side("raw", (meter, round) -> samples(round * 1e6))
                .compare(Comparison.difference("start", "ours", "raw", "raw", new Shown("ms", 1e6), Bar.atMost(100)))
                .run(0, AN_HOUR);
        Line line = turns.lines().get(0);
        assertEquals(new Estimate(5, Interval.exactly(5), 15), line.estimate());
        assertEquals("ms", line.unit());
    }

    @Test
    void aSpeedIsTheTimeOfTheOtherSideDividedByOurs() throws Exception {
        turns.side("ours", round(200)).side("raw", round(100))
                .compare(Comparison.speed("speed", "ours", "raw", "raw", NANOS, Bar.atLeast(0.7))).run(0, AN_HOUR);
        assertEquals(0.5, turns.lines().get(0).estimate().value());
        assertEquals(Optional.of(Verdict.MISSED), turns.lines().get(0).verdict());
    }

    @Test
    void aPercentileIsThatOfEachRound() throws Exception {
        turns.side("ours", (meter, round) -> new double[] { 10, 10, 10, 30 })
                .side("raw", (meter, round) -> new double[] { 10, 10, 10, 10 })
                .compare(ratio(null).at(100)).run(0, AN_HOUR);
        assertEquals(3, turns.lines().get(0).estimate().value());
    }

    /** Faster than the raw read by the half, but 10 % slower than the base. */
    @Test
    void eachRowIsComparedWithTheBaseBuildIfThereIsOne() throws Exception {
        turns.side("ours", round(55)).side("ours" + Turns.BASE, round(50)).side("raw", round(100))
                .compare(ratio(Bar.atMost(1.3))).compare(Comparison.speed("fetch", "ours", "other", "raw", NANOS, null))
                .run(0, AN_HOUR);
        assertEquals(List.of("raw", "the base build", "other"), turns.lines().stream().map(Line::against).toList());
        assertEquals(Optional.of(Verdict.MET), turns.lines().get(0).verdict());
        assertEquals(1.1, turns.lines().get(1).estimate().value(), 1e-9);
        assertEquals(Optional.of(Verdict.MISSED), turns.lines().get(1).verdict());
    }

    /** The round that is counted is none of the pairs, since to count takes time. */
    @Test
    void countsAreOfARoundOfTheirOwn() throws Exception {
        Counts counts = new Counts(Map.of(Count.BYTES, 24.0));
        turns.side("ours", round(120)).side("raw", round(100)).compare(ratio(Bar.atMost(1.3))).run(0, AN_HOUR)
                .count("ours", new Meter.Counting() {
                    @Override
                    public double[] timed(int calls, Timed call) {
                        return samples(1e9);
                    }

                    @Override
                    public double[] batch(int calls, Batch batch) {
                        return samples(1e9);
                    }

                    @Override
                    public Counts counts() {
                        return counts;
                    }
                });
        Line line = turns.lines().get(0);
        assertEquals(counts, line.ours());
        assertEquals(Counts.NONE, line.theirs());
        assertEquals(1.2, line.estimate().value());
    }

    private Turns turns(int least) {
        return new Turns(least, () -> now, new Random(1));
    }

    private Turns.Side round(double nanos) {
        return (meter, round) -> samples(nanos);
    }

    private Turns.Side named(String name) {
        return (meter, round) -> {
            order.add(name);
            return samples(1);
        };
    }

    private double[] samples(double nanos) {
        now += 1_000_000_000L;
        return new double[] { nanos };
    }

    private static Comparison ratio(Bar bar) {
        return Comparison.ratio("read", "ours", "raw", "raw", NANOS, bar);
    }
}
