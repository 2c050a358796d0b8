package io.quarkiverse.lively.benchmark;

/** The values between which the true median lies. */
record Interval(double low, double high) {

    /** All values: there are too few samples to exclude one. */
    static final Interval UNKNOWN = new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    /** A value without noise. */
    static Interval exactly(double value) {
        return new Interval(value, value);
    }

    @Override
    public String toString() {
        if (equals(UNKNOWN)) {
            return "too few";
        }
        return low == high ? Line.number(low) : Line.number(low) + " .. " + Line.number(high);
    }
}
