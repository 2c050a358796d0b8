package io.quarkiverse.lively.simulation;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The chance of one run. Each owner has a source of its own, named for the owner. So an act that is left out of a plan does not
 * change the chance of the others.
 */
record Chance(long seed) {

    RandomGenerator of(String owner) {
        return new SplittableRandom(mixed(seed * 0x9E3779B97F4A7C15L + owner.hashCode()));
    }

    Chance derived(String owner) {
        return new Chance(mixed(seed + 0x632BE59BD9B4E019L * owner.hashCode()));
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** A time between the two, in nanoseconds. */
    static long between(RandomGenerator random, long least, long most) {
        return least >= most ? least : random.nextLong(least, most + 1);
    }
}
