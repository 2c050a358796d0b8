package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * A service as etcd had it at one revision. To write a service, use a {@link ServiceDefinition}.
 *
 * @param uuid identifies the service; opaque, never normalised
 * @param type the kind of service, {@code inventory} for example
 * @param host the host that it runs on; type and host together are unique
 * @param region the region of the host; {@code default} if its record names none
 * @param status declared by its record; whether the service is in fact up is its {@code liveness}
 * @param maintenance the maintenance that its record names: past, present or to come
 * @param endpoint the address at which its process serves; empty if the process serves nothing. If no process keeps the
 *        service alive, {@link LivenessRegistry#find} and {@link LivenessRegistry#listWithLastKnown} return the last known
 *        one, and all else none
 * @param metadata the metadata that its process published, in the order of their names. If no process keeps the service
 *        alive, {@link LivenessRegistry#find} and {@link LivenessRegistry#listWithLastKnown} return the last known ones, and
 *        all else none
 * @param owned whether a process keeps it alive. Without one, no DOWN is lifted and no maintenance window is enforced
 * @param liveness whether it is up
 * @param reason why its liveness is what it is
 * @param since since when, as the writer of the last change said; empty if the writer did not say, and for a service that
 *        expired
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
        metadata = Checks.copyOf("metadata", metadata);
        Objects.requireNonNull(liveness, "liveness");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(since, "since");
    }

    /** Whether it was up at {@link #revision()}. */
    public boolean isUp() {
        return liveness == Liveness.UP;
    }

    /**
     * The part of it that a caller can declare, to be changed and written again:
     * {@code registry.update(record.toDefinition().withStatus(Status.DOWN), record.revision())}.
     */
    public ServiceDefinition toDefinition() {
        return new ServiceDefinition(uuid, type, host, region, status, maintenance, endpoint, metadata);
    }

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "ServiceRecord[uuid=" + PrintableText.of(uuid) + ", type=" + PrintableText.of(type) + ", host="
                + PrintableText.of(host) + ", region=" + PrintableText.of(region) + ", status=" + status + ", maintenance="
                + maintenance + ", endpoint=" + endpoint + ", metadata=" + PrintableText.of(metadata.toString()) + ", owned="
                + owned + ", liveness=" + liveness + ", reason=" + reason + ", since=" + since + ", revision=" + revision + "]";
    }
}
