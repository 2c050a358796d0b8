package io.quarkiverse.lively.benchmark;

/** Whether a bar is met, as far as the samples show it. */
enum Verdict {

    /** Each value of the interval meets the bar. */
    MET,
    /** No value of the interval meets the bar. */
    MISSED,
    /** The bar lies within the interval. */
    UNDECIDED
}
