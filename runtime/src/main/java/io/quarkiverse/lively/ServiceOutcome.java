package io.quarkiverse.lively;

import java.util.Objects;
import java.util.Optional;

/**
 * The outcome for one service of a call that changes many. Exactly one of service and failure is present.
 *
 * @param uuid of the service
 * @param service the service as it is stored now; empty if the call failed for this service
 * @param failure why the call failed for this service: for example an {@link UnknownServiceException} if it was deleted
 *        meanwhile. With a {@link RegistryUnavailableException} the write may have taken effect
 */
public record ServiceOutcome(String uuid, Optional<ServiceRecord> service, Optional<LivelyException> failure) {

    public ServiceOutcome {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(failure, "failure");
        if (service.isPresent() == failure.isPresent()) {
            throw new IllegalArgumentException("An outcome is either a service or a failure");
        }
    }

    /** Whether the call did what it was to do for this service. */
    public boolean isDone() {
        return service.isPresent();
    }
}
