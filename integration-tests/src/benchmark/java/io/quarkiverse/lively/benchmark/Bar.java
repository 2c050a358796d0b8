package io.quarkiverse.lively.benchmark;

/**
 * What a figure is to reach.
 *
 * @param atLeast whether it may not be lower than the limit; else it may not be higher
 */
record Bar(boolean atLeast, double limit) {

    static Bar atMost(double limit) {
        return new Bar(false, limit);
    }

    static Bar atLeast(double limit) {
        return new Bar(true, limit);
    }

    boolean isMetBy(double value) {
        return atLeast ? value >= limit : value <= limit;
    }

    /** How much of what the bar allows that value takes: 1 is just enough. */
    double share(double value) {
        return atLeast ? limit / value : limit == 0 ? (value == 0 ? 0 : Double.MAX_VALUE) : value / limit;
    }

    String describe(String unit) {
        return (atLeast ? ">= " : "<= ") + Line.number(limit) + " " + unit;
    }
}
