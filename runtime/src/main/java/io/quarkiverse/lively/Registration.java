package io.quarkiverse.lively;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A service that this process keeps alive in etcd. Answers come from memory and never block, {@link #close()} aside. May
 * be used by many threads at once.
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
     * numbers
     * begin again, lower than before.
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
}
