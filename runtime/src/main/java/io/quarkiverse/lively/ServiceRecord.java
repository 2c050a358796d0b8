package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A service, as it was at one revision of etcd.
 *
 * @param uuid identifies it; opaque, never normalised. In a record to be written it may be empty, and then follows from type
 *        and host
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
 * @param since since when it is so, as who changed it said; empty if nobody said, as with one that expired
 * @param revision the revision of etcd that last changed its record; 0 if the record was not read from etcd
 */
public record ServiceRecord(String uuid, String type, String host, String region, Status status,
        Optional<Maintenance> maintenance, Optional<Endpoint> endpoint, Map<String, String> metadata, boolean owned,
        Liveness liveness, Reason reason, Optional<Instant> since, long revision) {

    /**
     * @throws InvalidServiceException if anything of it is null
     */
    public ServiceRecord {
        Checks.given("uuid", uuid);
        Checks.given("type", type);
        Checks.given("host", host);
        Checks.given("region", region);
        Checks.given("status", status);
        Checks.given("maintenance", maintenance);
        Checks.given("endpoint", endpoint);
        metadata = Checks.given("metadata", metadata);
        Checks.given("liveness", liveness);
        Checks.given("reason", reason);
        Checks.given("since", since);
    }

    /** Whether it was up at {@link #revision()}. */
    public boolean isUp() {
        return liveness == Liveness.UP;
    }

    /** For a log: {@linkplain PrintableText printable}. */
    @Override
    public String toString() {
        return "ServiceRecord[uuid=" + PrintableText.of(uuid) + ", type=" + PrintableText.of(type) + ", host="
                + PrintableText.of(host) + ", region=" + PrintableText.of(region) + ", status=" + status + ", maintenance="
                + maintenance + ", endpoint=" + endpoint + ", metadata=" + PrintableText.of(metadata.toString()) + ", owned="
                + owned + ", liveness=" + liveness + ", reason=" + reason + ", since=" + since + ", revision=" + revision + "]";
    }

    /** A service to be written: UP, in the default region, with the uuid that follows from its type and host. */
    public static Builder builder(String type, String host) {
        return new Builder(type, host);
    }

    /** The same service, to be changed and written again under the same {@link #revision()}. */
    public Builder toBuilder() {
        Builder builder = new Builder(type, host).uuid(uuid).region(region).status(status).metadata(metadata)
                .revision(revision);
        builder.maintenance = maintenance;
        builder.endpoint = endpoint;
        builder.read = Optional.of(this);
        return builder;
    }

    /** Puts a record together. Its names are checked when it is written. */
    public static final class Builder {

        private String type;
        private String host;
        private String uuid = "";
        private String region = "default";
        private Status status = Status.UP;
        private Optional<Maintenance> maintenance = Optional.empty();
        private Optional<Endpoint> endpoint = Optional.empty();
        private Map<String, String> metadata = Map.of();
        private long revision;
        private Optional<ServiceRecord> read = Optional.empty();

        private Builder(String type, String host) {
            this.type = type;
            this.host = host;
        }

        /** Default: derived from namespace, type and host when it is written. */
        public Builder uuid(String newUuid) {
            uuid = newUuid;
            return this;
        }

        /** What it is; instead of the type that it was begun with. */
        public Builder type(String newType) {
            type = newType;
            return this;
        }

        /** Where it runs; instead of the host that it was begun with. */
        public Builder host(String newHost) {
            host = newHost;
            return this;
        }

        /** Default: {@code default}. */
        public Builder region(String newRegion) {
            region = newRegion;
            return this;
        }

        /** Default: {@link Status#UP}. */
        public Builder status(Status newStatus) {
            status = newStatus;
            return this;
        }

        /** Default: none. Null for none. */
        public Builder maintenance(Maintenance newMaintenance) {
            maintenance = Optional.ofNullable(newMaintenance);
            return this;
        }

        /** Default: none. Null for none. Only {@link LivenessRegistry#register} can publish another one. */
        public Builder endpoint(Endpoint newEndpoint) {
            endpoint = Optional.ofNullable(newEndpoint);
            return this;
        }

        /** Default: none. Only {@link LivenessRegistry#register} can publish others. */
        public Builder metadata(Map<String, String> newMetadata) {
            metadata = newMetadata;
            return this;
        }

        /** Default: 0, which says that the service is new; otherwise the revision that was read. */
        public Builder revision(long newRevision) {
            revision = newRevision;
            return this;
        }

        /**
         * The record. Of one that was read, it keeps what is known of its liveness.
         *
         * @throws InvalidServiceException if anything of it is null
         */
        public ServiceRecord build() {
            return new ServiceRecord(uuid, type, host, region, status, maintenance, endpoint, metadata,
                    read.map(ServiceRecord::owned).orElse(false), read.map(ServiceRecord::liveness).orElse(Liveness.UNKNOWN),
                    read.map(ServiceRecord::reason).orElse(Reason.UNKNOWN), read.flatMap(ServiceRecord::since),
                    revision);
        }
    }
}
