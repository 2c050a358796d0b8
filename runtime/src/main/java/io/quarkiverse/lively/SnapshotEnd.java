package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/** There were no other services when the subscription began. All further events are changes. */
public record SnapshotEnd(long revision, Instant at) implements ViewEvent {

    static final String KIND = "SNAPSHOT_END";

    public SnapshotEnd {
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
