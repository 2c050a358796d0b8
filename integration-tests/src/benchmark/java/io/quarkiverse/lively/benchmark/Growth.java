package io.quarkiverse.lively.benchmark;

import java.util.SortedMap;

/**
 * What one piece of work costs in fleets of different sizes.
 *
 * @param costs by the number of services
 */
record Growth(String work, String unit, SortedMap<Integer, Double> costs) {

    /** The exponent to which the cost grows with the number of services: 0 not at all, 1 in proportion. */
    double slope() {
        double times = (double) costs.lastKey() / costs.firstKey();
        return Math.log(costs.get(costs.lastKey()) / costs.get(costs.firstKey())) / Math.log(times);
    }
}
