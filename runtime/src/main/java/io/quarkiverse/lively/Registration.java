package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import io.smallrye.mutiny.Uni;

/**
 * A service that this process keeps alive in etcd. Answers come from memory and never block. Only {@link #close()},
 * {@link #abandon()} and {@link #updateMetadata} wait for etcd. {@link #closeAsync()} and {@link #updateMetadataAsync} do the
 * same without blocking. May be used by many threads at once.
 * <p>
 * A {@code Uni} does nothing until it is subscribed to, and does it for each subscriber. The subscriber gets the answer on its
 * Vert.x context if it has one, else on a worker thread.
 */
public interface Registration extends AutoCloseable {

    /**
     * The service, as this process last knew it to be published: UP or DOWN. If it was UP, it is EXPIRED while it is LOST,
     * and UNKNOWN once it was stopped and that could not be published. UNKNOWN also while it is FENCED, and as long as
     * nothing is known.
     */
    ServiceRecord record();

    /** Where it stands, by the clock at this moment: LOST is never told later than others can see it. */
    RegistrationState state();

    /** When it got into its {@link #state()}. */
    Instant since();

    /** Why it is in its {@link #state()}, in a few words for a human. */
    String reason();

    /**
     * The lease that it lives under, or is to live under; empty while there is none, and while it is DISABLED, FENCED or
     * STOPPED, though the process may have a lease for other services.
     */
    Optional<Lease> lease();

    /**
     * A number that is higher than that of every earlier owner of this identity. Pass it to the resource to protect; the
     * resource rejects a number lower than the highest that it has seen. After etcd was wiped, or restored from a backup, the
     * numbers begin again, lower than before.
     * <p>
     * Present while this process owns the service: while it is REGISTERED, and while it is HELD_DOWN and its lease is certain
     * to live. When the application stops, the number stays readable until the application has closed, for the requests that it
     * serves until then; in observers of Quarkus' {@code ShutdownEvent}, too. It becomes empty earlier if another process is
     * seen to claim the service. During a stop the number is there to be compared, and proves no ownership: DOWN is published,
     * the claim is deleted, and another process may own the service. Empty from {@link #close()} and {@link #abandon()} on.
     */
    OptionalLong fencingToken();

    /**
     * Says that the service is DOWN, for the application itself. That counts beside the readiness checks and what an operator
     * says: the worst of the three is published. Never blocks: it is published in the background. Lasts until {@link #up()},
     * or the end of this process. To no effect once it was closed.
     *
     * @param reason in a few words for a human; told by {@link #reason()}, and not published
     */
    void down(String reason);

    /**
     * Takes {@link #down(String)} back. The service is UP again if its readiness checks and the operators agree. Never blocks.
     * To no effect once it was closed.
     */
    void up();

    /**
     * Replaces the metadata that this process publishes of the service, all of them, until the next call or the end of the
     * process. A restarted application, and one that was reloaded in dev mode, begins with its configuration again.
     * <p>
     * While it is REGISTERED or HELD_DOWN, the call returns once etcd has stored the metadata. They are written at most once a
     * second: of several calls the last one counts, and each call returns with the write that has its metadata, or later ones.
     * So it blocks for about a second at most while etcd answers, and for one TTL in any case. While it is STARTING or LOST,
     * the call returns at once, and the metadata are published with the next claim. The state of the service, its history and
     * the {@link #fencingToken()} do not change. Watchers get a change of the service.
     * <p>
     * On an event loop it is refused with Quarkus' {@code BlockingOperationNotAllowedException}.
     *
     * @param metadata at most 64 KiB of names and values in all, in UTF-8
     * @throws InvalidServiceException if they cannot be published, naming the field; nothing has changed then
     * @throws RegistryUnavailableException if etcd has not stored them. They are kept, and published as soon as etcd allows
     * @throws PermissionDeniedException if the etcd user of this application must not write the service. They are kept as well
     * @throws IllegalStateException while it is FENCED, STOPPED or DISABLED, and if it gets there before they are stored
     */
    void updateMetadata(Map<String, String> metadata);

    /** As {@link #updateMetadata}, without blocking. What that throws is the failure of the {@code Uni}. */
    Uni<Void> updateMetadataAsync(Map<String, String> metadata);

    /**
     * Asks the readiness checks now, instead of at the next poll. Never blocks. The {@code Uni} is done once they have
     * answered, or have not within {@code quarkus.lively.health.timeout}; it never fails. A changed verdict is published in the
     * background after that, as after a poll: this counts as one answer for {@code quarkus.lively.health.up-after} and {@code
     * down-after}.
     * <p>
     * Without effect, and done at once, where no readiness checks decide: for a further service, without
     * {@code quarkus-smallrye-health}, before the application serves, and once it stops.
     */
    Uni<Void> checkReadiness();

    /**
     * Lets go of the service as if this process had crashed: if it was UP, it is EXPIRED as soon as etcd has answered, and
     * nobody says DOWN. For tests of how others take a crash. Blocks as {@link #close()} does, is refused where that is, and is
     * as final.
     */
    void abandon();

    /**
     * Publishes DOWN, if nobody else owns the service, and lets go of it. Blocks for at most
     * {@code quarkus.lively.shutdown.timeout}, and never fails because of etcd: {@link #reason()} tells what became of it. If
     * it cannot be done by then, it is tried on. Until it is done the service may be UP, and at the longest until one TTL after
     * this process has ended. {@link #fencingToken()} is empty afterwards: end the work that needs it first. Idempotent.
     * <p>
     * On an event loop it is refused with Quarkus' {@code BlockingOperationNotAllowedException}.
     */
    @Override
    void close();

    /**
     * As {@link #close()}, without blocking. The {@code Uni} is done when {@code close()} would return, and never fails.
     */
    Uni<Void> closeAsync();
}
