package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Objects;

/**
 * A service that was there when the subscription began.
 *
 * @param service as it was then
 */
public record ServiceSnapshot(ServiceRecord service, long revision, Instant at) implements ViewEvent {

    static final String KIND = "SNAPSHOT";

    public ServiceSnapshot {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(at, "at");
    }

    @Override
    public String kind() {
        return KIND;
    }
}
