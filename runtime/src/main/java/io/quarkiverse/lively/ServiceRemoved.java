package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/**
 * A service is not there any more, or does not match the query of the subscriber any more.
 *
 * @param service as it was, when this subscriber last got an event of it
 * @param reason why it is gone
 * @param coalesced how many changes this event stands for
 */
public record ServiceRemoved(ServiceRecord service, Reason reason, long revision, Instant at,
        int coalesced) implements ServiceEvent {

    static final String KIND = "REMOVED";

    public ServiceRemoved {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
