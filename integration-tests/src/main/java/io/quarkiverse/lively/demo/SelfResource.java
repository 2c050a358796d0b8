package io.quarkiverse.lively.demo;

import java.time.Instant;
import java.util.Optional;

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
     */
    public record Self(String uuid, String type, String host, String region, Status status, RegistrationState state,
            String reason, Instant since, String leaseId, Long ttl) {
    }

    @GET
    public Self self() {
        Registration registration = registry.registration();
        ServiceRecord service = registration.record();
        Optional<Lease> lease = registration.lease();
        return new Self(service.uuid(), service.type(), service.host(), service.region(), service.status(),
                registration.state(), registration.reason(), registration.since(), lease.map(Lease::id).orElse(null),
                lease.map(l -> l.ttl().toSeconds()).orElse(null));
    }
}
