package io.quarkiverse.lively.benchmark;

import java.util.Map;

/**
 * What one call costs apart from time.
 *
 * @param aCall by the name of the count; a count that does not exist for this work is absent
 */
record Counts(Map<Count, Double> aCall) {

    static final Counts NONE = new Counts(Map.of());

    /** What is counted. */
    enum Count {

        BYTES("bytes allocated"),
        CPU("CPU us"),
        SWITCHES("thread switches"),
        HAND_OVERS("hand-overs"),
        INSTRUCTIONS("instructions"),
        ROUND_TRIPS("round trips"),
        MESSAGES("messages"),
        TRANSACTIONS("transactions"),
        PROPOSALS("proposals");

        private final String title;

        Count(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    boolean isEmpty() {
        return aCall.isEmpty();
    }
}
