package io.quarkiverse.lively;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * A service as a caller declares it, to {@link LivenessRegistry#register} or to {@link LivenessRegistry#update} it. The service
 * as etcd has it is a {@link ServiceRecord}. Immutable; each {@code with…} method returns a copy. Names are checked when the
 * definition is used.
 *
 * <pre>
 * registry.register(ServiceDefinition.of("queue", "orders").withRegion("eu-west"));
 * registry.update(record.toDefinition().withStatus(Status.DOWN), record.revision());
 * </pre>
 *
 * @param uuid identifies the service; opaque, never normalised. If it is empty, it follows from namespace, type and host
 * @param type the kind of service, {@code inventory} for example
 * @param host the host that it runs on; type and host together are unique
 * @param region the region of the host; {@code default} if none is given
 * @param status UP or DOWN
 * @param maintenance why and when the service is not to be used
 * @param endpoint the address at which the service can be called
 * @param metadata further properties of the service, in the order of their names
 */
public record ServiceDefinition(String uuid, String type, String host, String region, Status status,
        Optional<Maintenance> maintenance, Optional<Endpoint> endpoint, Map<String, String> metadata) {

    private static final String DEFAULT_REGION = "default";

    public ServiceDefinition {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(maintenance, "maintenance");
        Objects.requireNonNull(endpoint, "endpoint");
        metadata = Checks.copyOf("metadata", metadata);
    }

    /**
     * A service that is UP, in the default region, with the uuid that follows from its type and host, and with no maintenance,
     * endpoint and metadata.
     */
    public static ServiceDefinition of(String type, String host) {
        return new ServiceDefinition("", type, host, DEFAULT_REGION, Status.UP, Optional.empty(), Optional.empty(), Map.of());
    }

    /** The same with that uuid. */
    public ServiceDefinition withUuid(String newUuid) {
        return new ServiceDefinition(newUuid, type, host, region, status, maintenance, endpoint, metadata);
    }

    /** The same with that type. The uuid stays. */
    public ServiceDefinition withType(String newType) {
        return new ServiceDefinition(uuid, newType, host, region, status, maintenance, endpoint, metadata);
    }

    /** The same with that host. The uuid stays. */
    public ServiceDefinition withHost(String newHost) {
        return new ServiceDefinition(uuid, type, newHost, region, status, maintenance, endpoint, metadata);
    }

    /** The same in that region. */
    public ServiceDefinition withRegion(String newRegion) {
        return new ServiceDefinition(uuid, type, host, newRegion, status, maintenance, endpoint, metadata);
    }

    /** The same with that status. */
    public ServiceDefinition withStatus(Status newStatus) {
        return new ServiceDefinition(uuid, type, host, region, newStatus, maintenance, endpoint, metadata);
    }

    /** The same with that maintenance. */
    public ServiceDefinition withMaintenance(Maintenance newMaintenance) {
        return new ServiceDefinition(uuid, type, host, region, status,
                Optional.of(Objects.requireNonNull(newMaintenance, "maintenance")), endpoint, metadata);
    }

    /** The same without a maintenance. */
    public ServiceDefinition withoutMaintenance() {
        return new ServiceDefinition(uuid, type, host, region, status, Optional.empty(), endpoint, metadata);
    }

    /** The same with that endpoint. */
    public ServiceDefinition withEndpoint(Endpoint newEndpoint) {
        return new ServiceDefinition(uuid, type, host, region, status, maintenance,
                Optional.of(Objects.requireNonNull(newEndpoint, "endpoint")), metadata);
    }

    /** The same without an endpoint. */
    public ServiceDefinition withoutEndpoint() {
        return new ServiceDefinition(uuid, type, host, region, status, maintenance, Optional.empty(), metadata);
    }

    /** The same with these metadata instead of those that it has. */
    public ServiceDefinition withMetadata(Map<String, String> newMetadata) {
        return new ServiceDefinition(uuid, type, host, region, status, maintenance, endpoint, newMetadata);
    }

    /** For a log: one line without control characters. */
    @Override
    public String toString() {
        return "ServiceDefinition[uuid=" + PrintableText.of(uuid) + ", type=" + PrintableText.of(type) + ", host="
                + PrintableText.of(host) + ", region=" + PrintableText.of(region) + ", status=" + status + ", maintenance="
                + maintenance + ", endpoint=" + endpoint + ", metadata=" + PrintableText.of(metadata.toString()) + "]";
    }
}
