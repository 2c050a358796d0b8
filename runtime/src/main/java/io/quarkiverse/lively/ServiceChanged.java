package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/**
 * A service is not what it was.
 *
 * @param previous as it was, when this subscriber last got an event of it
 * @param service as it is now
 * @param reason why it changed
 * @param coalesced how many changes this event stands for
 */
public record ServiceChanged(ServiceRecord previous, ServiceRecord service, Reason reason, long revision, Instant at,
        int coalesced) implements ServiceEvent {

    static final String KIND = "CHANGED";

    public ServiceChanged {
        Objects.requireNonNull(previous, "previous");
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
