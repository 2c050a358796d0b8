package io.quarkiverse.lively.runtime.devui;

import io.quarkiverse.lively.Transition;

/**
 * A {@link Transition}, as the page gets it.
 *
 * @param note empty if there is none
 */
public record HistoryEntry(String since, String status, String reason, String by, String note) {

    static HistoryEntry of(Transition transition) {
        return new HistoryEntry(transition.since().toString(), transition.status().name(), transition.reason().name(),
                transition.by(), transition.note().orElse(""));
    }
}
