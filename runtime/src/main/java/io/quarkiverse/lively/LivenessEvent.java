package io.quarkiverse.lively;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * An event of the local view, as one subscriber gets it: either a change of the fleet, a {@link ServiceEvent}, or a message
 * about the view itself, a {@link ViewEvent}. With a {@link ServiceQuery}, a service that comes to match it is {@linkplain
 * ServiceAdded added}, and a service that does not match any more is {@linkplain ServiceRemoved removed}.
 * <p>
 * As a CDI event each one is delivered to the observers of its type and of every supertype: {@code @Observes ServiceEvent} gets
 * all changes, {@code @Observes ServiceRemoved} only those, and {@code @Observes LivenessEvent} everything.
 * <p>
 * In the JSON that Jackson writes, {@code kind} tells them apart: it is {@link #kind()}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "kind")
@JsonSubTypes({
        @JsonSubTypes.Type(value = ServiceSnapshot.class, name = ServiceSnapshot.KIND),
        @JsonSubTypes.Type(value = SnapshotEnd.class, name = SnapshotEnd.KIND),
        @JsonSubTypes.Type(value = ServiceAdded.class, name = ServiceAdded.KIND),
        @JsonSubTypes.Type(value = ServiceChanged.class, name = ServiceChanged.KIND),
        @JsonSubTypes.Type(value = ServiceRemoved.class, name = ServiceRemoved.KIND),
        @JsonSubTypes.Type(value = Resynced.class, name = Resynced.KIND) })
public sealed interface LivenessEvent permits ServiceEvent, ViewEvent {

    /** The revision of etcd of the change; that of the list, if the change was found by a list. */
    long revision();

    /**
     * When it happened, by the clock of the writer if etcd has that time; else when this application first saw it, by its own
     * clock. etcd has no time for a service that expired or was removed: in a snapshot, and before {@link Resynced}, that may
     * have happened long before.
     */
    Instant at();

    /** The name of its type in JSON: SNAPSHOT, SNAPSHOT_END, ADDED, CHANGED, REMOVED or RESYNCED. */
    @JsonProperty
    String kind();
}
