package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A time in which a service is taken out of use.
 *
 * @param note why; may be empty
 * @param start empty: at once
 * @param end empty: until somebody lifts it
 */
public record Maintenance(String note, Optional<Instant> start, Optional<Instant> end) {

    public Maintenance {
        Objects.requireNonNull(note, "note");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
    }
}
