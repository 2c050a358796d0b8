package io.quarkiverse.lively.demo;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;

/** Where the registration of this application stands. */
@Path("/self")
public class SelfResource {

    private final LivenessRegistry registry;

    SelfResource(LivenessRegistry registry) {
        this.registry = registry;
    }

    /**
     * @param leaseId as etcdctl prints it
     * @param ttl in seconds
     * @param fencingToken readable as long as the application serves, also after it was published as DOWN
     */
    public record Self(String uuid, String type, String host, String region, Status status, RegistrationState state,
            String reason, Instant since, String leaseId, Long ttl, Long fencingToken) {
    }

    @GET
    public Self self() {
        Registration registration = registry.registration();
        ServiceRecord service = registration.record();
        Optional<Lease> lease = registration.lease();
        OptionalLong token = registration.fencingToken();
        return new Self(service.uuid(), service.type(), service.host(), service.region(), service.status(),
                registration.state(), registration.reason(), registration.since(), lease.map(Lease::id).orElse(null),
                lease.map(l -> l.ttl().toSeconds()).orElse(null), token.isPresent() ? token.getAsLong() : null);
    }
}
