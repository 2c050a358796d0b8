package io.quarkiverse.lively;

import java.util.Optional;

/**
 * Somebody changed the service since it was read. Nothing was written: read it again, decide again, write again.
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

    /** Who changed it: the incarnation of a process, or {@code unknown}. */
    public String by() {
        return by;
    }
}
