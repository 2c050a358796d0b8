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
     * A number that is higher than that of every earlier owner of this identity: give it to what must not obey a process
     * that lost its registration. Not so for owners from before etcd was wiped, or restored from a backup: it begins with
     * smaller numbers then. Empty unless the registration is ours: while it is REGISTERED, and while it is HELD_DOWN and its
     * lease is certain to live.
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
     * this process has ended. May be called again, to no effect.
     * <p>
     * On an event loop it is refused with Quarkus' {@code BlockingOperationNotAllowedException}.
     */
    @Override
    void close();
}
