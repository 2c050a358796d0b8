package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * A time in which a service is taken out of use. Kept in whole seconds.
 *
 * @param note why; may be empty
 * @param start empty: at once
 * @param end empty: until {@link LivenessRegistry#up(String) up} lifts it
 */
public record Maintenance(String note, Optional<Instant> start, Optional<Instant> end) {

    public Maintenance {
        Objects.requireNonNull(note, "note");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
    }

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "Maintenance[note=" + PrintableText.of(note) + ", start=" + start + ", end=" + end + "]";
    }

    /** From now on, until {@link LivenessRegistry#up(String) up} lifts it. */
    public static Maintenance of(String note) {
        return new Maintenance(note, Optional.empty(), Optional.empty());
    }

    /** The same, but ending then. */
    public Maintenance until(Instant otherEnd) {
        return new Maintenance(note, start, Optional.of(Objects.requireNonNull(otherEnd, "end")));
    }

    /** The same, but starting then. */
    public Maintenance from(Instant otherStart) {
        return new Maintenance(note, Optional.of(Objects.requireNonNull(otherStart, "start")), end);
    }
}
