package io.quarkiverse.lively.benchmark;

import java.util.List;

/** What came of the experiments. */
record Findings(List<Line> lines, List<Growth> growth) {

    static Findings of(Line... lines) {
        return new Findings(List.of(lines), List.of());
    }
}
