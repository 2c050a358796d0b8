package io.quarkiverse.lively.benchmark;

/**
 * The limit of a figure.
 *
 * @param atLeast whether the figure may not be lower than the limit; otherwise it may not be higher
 */
record Bar(boolean atLeast, double limit) {

    static Bar atMost(double limit) {
        return new Bar(false, limit);
    }

    static Bar atLeast(double limit) {
        return new Bar(true, limit);
    }

    /** Met only if the far end of the interval meets the bar, missed only if the near end misses it. */
    Verdict verdict(Interval interval) {
        double far = atLeast ? interval.low() : interval.high();
        double near = atLeast ? interval.high() : interval.low();
        return isMetBy(far) ? Verdict.MET : isMetBy(near) ? Verdict.UNDECIDED : Verdict.MISSED;
    }

    /** The share of the bar that a value takes: 1 is exactly the limit. */
    double share(double value) {
        return atLeast ? limit / value : limit == 0 ? (value == 0 ? 0 : Double.MAX_VALUE) : value / limit;
    }

    String describe(String unit) {
        return (atLeast ? ">= " : "<= ") + Line.number(limit) + " " + unit;
    }

    private boolean isMetBy(double value) {
        return atLeast ? value >= limit : value <= limit;
    }
}
