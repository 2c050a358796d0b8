package io.quarkiverse.lively.benchmark;

import java.util.List;

/**
 * How much is measured.
 *
 * @param pairs the least number of pairs of a comparison
 * @param divisor of the time for each comparison
 * @param sizes of the fleets in which the cost of growth is measured, ascending
 * @param calls in one round of what takes less than a millisecond
 * @param services to register at once
 * @param changes for a view to apply
 * @param idleSeconds to watch a fleet that does nothing
 * @param crashes of a process with each TTL
 */
record Scale(int pairs, int divisor, List<Integer> sizes, int calls, int services, int changes, int idleSeconds,
        int crashes) {

    /** The figures in the documentation are from this one. */
    static final Scale FULL = new Scale(15, 1, List.of(1_000, 10_000, 100_000), 100, 5_000, 4_000, 40, 5);
    /** Shows that everything works; the figures mean nothing. */
    static final Scale SMOKE = new Scale(2, 60, List.of(100, 200, 1_000), 10, 200, 500, 5, 1);
    /** For the plan for a million services; of use with the experiment snapshot only. Needs about 16 GB of memory. */
    static final Scale MILLION = new Scale(1, 60, List.of(1_000, 1_000_000), 10, 100, 100, 1, 1);

    static Scale of(String name) {
        return switch (name) {
            case "full" -> FULL;
            case "million" -> MILLION;
            case "smoke" -> SMOKE;
            default -> throw new IllegalArgumentException("The scale is full, smoke or million, and not " + name);
        };
    }

    int most() {
        return sizes.get(sizes.size() - 1);
    }

    /** The size that the bars name. */
    int usual() {
        return sizes.get(1);
    }
}
