package io.quarkiverse.lively;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/**
 * The services of the fleet, as this application knows them: a copy of what etcd has, kept current by what etcd tells.
 * <p>
 * Answers come from memory. No method blocks or takes a lock, so all of them may be called on any thread, event loops included.
 * An answer is of one revision of etcd, with nothing half applied. How far it can be relied on, {@link #freshness()} tells;
 * while etcd is away the view stays as it is, and no service is taken to be down because <em>we</em> lost etcd.
 * <p>
 * Not promised: an answer may lag behind etcd by as long as etcd takes to send a change. A caller that needs to see its own
 * write waits for the revision of that write with {@link #awaitRevision}. A caller that needs the truth of this moment asks
 * the {@link LivenessRegistry}.
 * <p>
 * Names that cannot exist (empty, longer than 255 bytes, with a {@code /} or a control character) are refused with an {@link
 * InvalidServiceException}, like a query for them; an argument that is null with a {@link NullPointerException} that names it.
 * <p>
 * It starts with the application if that injects it or observes {@link LivenessEvent} or one of its subtypes, else at the first
 * call.
 */
public interface LivenessView {

    /**
     * Whether that service is up. Allocates nothing. A service that is not known is not up, and none is known while
     * {@link Freshness.State#LOADING}.
     */
    boolean isUp(String uuid);

    /** Whether the service of that type on that host is up. Like {@link #isUp(String)}. */
    boolean isUp(String type, String host);

    /** Whether that service is up; UNKNOWN while {@link Freshness.State#LOADING}; empty if there is no such service. */
    Optional<Liveness> liveness(String uuid);

    /** What is known of that service; empty if nothing is. */
    Optional<ServiceRecord> find(String uuid);

    /**
     * What is known of the service of that type on that host. If several records have that name, it is the one that
     * the registry finds; if the registry finds none, the one that was changed last.
     */
    Optional<ServiceRecord> find(String type, String host);

    /**
     * When this view last knew that service to be UP, if it has expired since: at that moment, by the wall clock of this
     * application, or a little later. The gap is {@code quarkus.lively.view.progress-interval} at most while the view is
     * CURRENT, and the length of a break otherwise. Empty for a service that is not EXPIRED, and if this view was not there
     * when the service expired: etcd does not say when a lease ran out.
     */
    Optional<Instant> lastSeenAlive(String uuid);

    /** The services that match, all of them as they were at one revision of etcd, in the order of their uuids. */
    List<ServiceRecord> list(ServiceQuery query);

    /** How far answers can be relied on that are read after this one. */
    Freshness freshness();

    /**
     * Completes once there is a first list, and waits for it as long as it takes. The view may still be
     * {@link Freshness.State#STALE} then, for a moment or as long as etcd does not tell what changes. Fails with a
     * {@link RegistryUnavailableException} when the application ends, and only then.
     */
    Uni<Void> awaitReady();

    /**
     * Completes once this view has everything up to that revision, such as that of a record that was just written. Fails with
     * a {@link RegistryUnavailableException} if that is not so in time, about three times
     * {@code quarkus.lively.etcd.request-timeout}, or when the application ends.
     */
    Uni<Void> awaitRevision(long revision);

    /**
     * Completes with a service that matches and is UP: at once if the view has one, else with the first that comes. Waits for
     * it as long as it takes; {@code .ifNoItem().after(…)} gives up earlier. A view that is {@link Freshness.State#STALE}
     * answers from its last knowledge. The service may be DOWN again when the answer is read. Fails with a {@link
     * RegistryUnavailableException} when the application ends, and only then. The answer arrives on a worker thread.
     *
     * @throws InvalidServiceException naming {@code liveness}, if the query accepts only services that are not UP
     */
    Uni<ServiceRecord> awaitUp(ServiceQuery query);

    /**
     * What there is and what changes. First a {@link ServiceSnapshot} for each service that matches, in the order of their
     * uuids, and a {@link SnapshotEnd}; then each change once and in the order of revisions, as a {@link ServiceEvent}. Events
     * come on a worker thread, one at a time, as fast as they are requested.
     * <p>
     * If a subscriber lags behind by more than {@code quarkus.lively.view.event-buffer} events, pending changes of one service
     * are merged into one event ({@link ServiceEvent#coalesced()} says how many), which comes at the place of the latest. The
     * order of revisions is kept. {@link Resynced} still comes after all differences that it vouches for, and nothing is merged
     * across it; several pending ones are merged into the last.
     * <p>
     * Ends when the application does: it completes, whatever was not requested by then; a subscription after that fails with
     * a {@link RegistryUnavailableException}.
     */
    Multi<LivenessEvent> watch(ServiceQuery query);
}
