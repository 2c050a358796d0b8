package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A service, as it was at one revision of etcd.
 *
 * @param uuid identifies it; opaque, never normalised
 * @param type what it is, {@code inventory} for example
 * @param host where it runs; type and host together are unique
 * @param region where the host is; {@code default} if its record names none
 * @param status what its record declares
 * @param maintenance the maintenance that its record names, past, present or to come
 * @param endpoint where its process serves; empty when no process keeps it alive, or that process serves nothing
 * @param metadata what its process said of itself; empty when no process keeps it alive
 * @param owned whether a process keeps it alive. Without one, nobody lifts a DOWN and nobody enforces a maintenance window
 * @param liveness whether it is up
 * @param reason why
 * @param since since when it has its status; empty if nobody said
 * @param revision the revision of etcd that last changed its record; 0 if the record was not read from etcd
 */
public record ServiceRecord(String uuid, String type, String host, String region, Status status,
        Optional<Maintenance> maintenance, Optional<Endpoint> endpoint, Map<String, String> metadata, boolean owned,
        Liveness liveness, Reason reason, Optional<Instant> since, long revision) {

    public ServiceRecord {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(maintenance, "maintenance");
        Objects.requireNonNull(endpoint, "endpoint");
        metadata = Map.copyOf(metadata);
        Objects.requireNonNull(liveness, "liveness");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(since, "since");
    }

    /** Whether it was up at {@link #revision()}. */
    public boolean isUp() {
        return liveness == Liveness.UP;
    }

    /** The same service with another liveness, for another reason. */
    public ServiceRecord withLiveness(Liveness otherLiveness, Reason otherReason) {
        return new ServiceRecord(uuid, type, host, region, status, maintenance, endpoint, metadata, owned, otherLiveness,
                otherReason, since, revision);
    }
}
