package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures the sides of a comparison by turns, A B C A B C, so that what drifts meets all of them alike. */
final class Turns {

    /** One repetition of one side: its samples. */
    interface Side {

        double[] measure(int repetition) throws Exception;
    }

    private final Map<String, Side> sides = new LinkedHashMap<>();
    private final Map<String, List<double[]>> measured = new LinkedHashMap<>();

    Turns side(String name, Side side) {
        sides.put(name, side);
        measured.put(name, new ArrayList<>());
        return this;
    }

    /** Runs all sides so many times for nothing, then so many times for the figures. */
    Turns run(int warmups, int repetitions) throws Exception {
        for (int i = -warmups; i < repetitions; i++) {
            for (Map.Entry<String, Side> side : sides.entrySet()) {
                double[] samples = side.getValue().measure(i);
                if (i >= 0) {
                    measured.get(side.getKey()).add(samples);
                }
            }
        }
        return this;
    }

    Figure figure(String name) {
        return new Figure(List.copyOf(measured.get(name)));
    }

    /** Something to be timed. */
    interface Act {

        void run(int number) throws Exception;
    }

    /** So many calls, one after the other; nanoseconds of each. */
    static double[] each(int calls, Act act) throws Exception {
        double[] nanos = new double[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            act.run(i);
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    /** Nanoseconds of one call. */
    static double[] once(Act act) throws Exception {
        return each(1, act);
    }
}
