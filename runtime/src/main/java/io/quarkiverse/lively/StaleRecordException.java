package io.quarkiverse.lively;

import java.util.Optional;

/**
 * Somebody changed the service since it was read, or again and again while it was to be written. Nothing was written:
 * read it again, decide again, write again.
 */
public final class StaleRecordException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<ServiceRecord> current;
    private final String by;

    public StaleRecordException(Optional<ServiceRecord> current, String by, String message) {
        super(message, null);
        this.current = current;
        this.by = by;
    }

    /** The service as it is now; empty if it was deleted. */
    public Optional<ServiceRecord> current() {
        return current;
    }

    /**
     * The last writer, named as {@link Transition#by()} is: the process that keeps the service alive, another party, or
     * {@code unknown} for a client that does not say.
     */
    public String by() {
        return by;
    }
}
