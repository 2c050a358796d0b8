package io.quarkiverse.lively.runtime.devui;

import java.time.Duration;
import java.util.Optional;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceRecord;

/**
 * The registration of this application and the view that it has, as the page gets it: times are ISO 8601 in UTC, and what there
 * is not is null.
 *
 * @param lease as {@code etcdctl} prints it
 * @param ttl in seconds
 * @param remaining how long the lease is certain to live, in seconds
 */
public record OwnState(String uuid, String type, String host, String region, String state, String since, String reason,
        String lease, Long ttl, Long remaining, Long fencingToken, View view) {

    /**
     * How far the view can be relied on.
     *
     * @param age how long ago it was proven to be complete, in milliseconds; null if it never was
     */
    public record View(String state, long revision, Long age) {

        static View of(Freshness freshness) {
            return new View(freshness.state().name(), freshness.revision(),
                    freshness.age().map(Duration::toMillis).orElse(null));
        }
    }

    /** @param freshness of the view; empty if nothing uses it */
    static OwnState of(Registration registration, Optional<Freshness> freshness) {
        ServiceRecord service = registration.record();
        Lease lease = registration.lease().orElse(null);
        return new OwnState(service.uuid(), service.type(), service.host(), service.region(), registration.state().name(),
                registration.since().toString(), registration.reason(), lease == null ? null : lease.id(),
                lease == null ? null : lease.ttl().toSeconds(), lease == null ? null : lease.remaining().toSeconds(),
                registration.fencingToken().isPresent() ? registration.fencingToken().getAsLong() : null,
                freshness.map(View::of).orElse(null));
    }
}
