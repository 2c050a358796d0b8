package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/**
 * After a break in which changes were missed, all differences up to that revision have been delivered, also to a subscriber
 * that lags behind. In between there may have been changes that were not delivered.
 */
public record Resynced(long revision, Instant at) implements ViewEvent {

    static final String KIND = "RESYNCED";

    public Resynced {
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
