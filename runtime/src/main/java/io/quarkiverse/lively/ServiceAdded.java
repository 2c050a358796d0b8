package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/**
 * A service that was not there.
 *
 * @param service as it is now
 * @param reason why it is there
 * @param coalesced how many changes this event stands for
 */
public record ServiceAdded(ServiceRecord service, Reason reason, long revision, Instant at,
        int coalesced) implements ServiceEvent {

    static final String KIND = "ADDED";

    public ServiceAdded {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
