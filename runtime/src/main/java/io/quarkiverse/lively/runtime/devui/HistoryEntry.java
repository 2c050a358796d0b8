package io.quarkiverse.lively.runtime.devui;

import io.quarkiverse.lively.Transition;

/** A {@link Transition}, as the page gets it. */
public record HistoryEntry(String since, String status, String reason, String by) {

    static HistoryEntry of(Transition transition) {
        return new HistoryEntry(transition.since().toString(), transition.status().name(), transition.reason().name(),
                transition.by());
    }
}
