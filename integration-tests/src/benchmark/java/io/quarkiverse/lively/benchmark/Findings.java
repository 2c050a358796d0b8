package io.quarkiverse.lively.benchmark;

import java.util.List;

/** The results of experiments. */
record Findings(List<Line> lines, List<Growth> growth) {

    static Findings of(List<Line> lines) {
        return new Findings(lines, List.of());
    }
}
