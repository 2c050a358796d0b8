package io.quarkiverse.lively;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The services of the fleet, as etcd has them.
 * <p>
 * Every answer is linearizable: it is at least as new as everything that was written before the question was asked. The
 * methods block, for at most {@code quarkus.lively.etcd.request-timeout} for each request to etcd that they need: one,
 * unless stated otherwise. Call them from a worker thread: on an event loop they are refused with Quarkus' {@code
 * BlockingOperationNotAllowedException}, but for those that never block. May be used by many threads at once.
 * <p>
 * Two things are <em>not</em> promised. An answer is the truth of the moment at which etcd gave it, and may be old when it
 * is read. And a service that died is UP until its lease has run out, one TTL after its last renewal.
 * <p>
 * Names that cannot exist (empty, longer than 255 bytes, with a {@code /} or a control character) are refused with an
 * {@link InvalidServiceException} before anything is asked or written; an argument that is null with a
 * {@link NullPointerException} that names it. Every method that needs etcd
 * throws {@link RegistryUnavailableException} when it cannot be reached in time, never {@code false} or an empty answer;
 * whether a write took effect is not known then. A write that others forestalled twenty times in a row fails with a {@link
 * StaleRecordException}, and one that the user of etcd has no permission for with a {@link PermissionDeniedException}.
 */
public interface LivenessRegistry {

    /** Whether that service is up. A service that is not known is not. */
    boolean isUp(String uuid);

    /**
     * Whether the service of that type on that host is up. Needs a second request the first time that a service is asked
     * for whose uuid does not follow from its type and host. Where another client has left an entry of that type and host
     * that leads nowhere, each question needs up to two requests, and the first one a {@link #list} of the whole registry;
     * each one does as long as no service has that type and host.
     */
    boolean isUp(String type, String host);

    /** Whether that service is up, and if not, what it is; empty if it is not known. */
    Optional<Liveness> liveness(String uuid);

    /**
     * What is known of that service; empty if nothing is. If no process keeps the service alive, it has the endpoint and the
     * metadata of the last one that did; not if that was configured with
     * {@code quarkus.lively.registration.persist-metadata=false}, and never if it was ephemeral.
     */
    Optional<ServiceRecord> find(String uuid);

    /**
     * What is known of the service of that type on that host; it costs what {@link #isUp(String, String)} does. One that
     * os-lively wrote is not found if its entry under type and host is missing; {@link #list} finds it. If several services
     * have that type and host, it is the one that the entry names; if the entry names none of them, any one of them.
     */
    Optional<ServiceRecord> find(String type, String host);

    /**
     * The services that match, all of them as they were at one revision of etcd, in the order of their uuids. Records that
     * cannot be read are left out, and logged once. Needs a request for each ten thousand entries of the registry, or for each
     * thirty-two uuids if the query names uuids.
     */
    List<ServiceRecord> list(ServiceQuery query);

    /**
     * As {@link #list}, but a service that no process keeps alive has the endpoint and the metadata that the last process
     * published, as it has in {@link #find(String)}. A filter for metadata counts these, too. Needs a request more for each ten
     * thousand services.
     */
    List<ServiceRecord> listWithLastKnown(ServiceQuery query);

    /** The types of all services, UP or not, sorted; it costs what a {@link #list} of the whole fleet does. */
    Set<String> types();

    /** The hosts of all services, UP or not, sorted; it costs what a {@link #list} of the whole fleet does. */
    Set<String> hosts();

    /**
     * The history of a service, the newest entry first: its last 32 changes of status, or of why it has it. os-lively writes
     * no history: its changes appear once the process that keeps the service alive has seen them.
     *
     * @throws UnknownServiceException if there is no such service
     */
    List<Transition> history(String uuid);

    /**
     * Writes a service, provided that its record is still at that revision of etcd.
     * <p>
     * A service that no process keeps alive is published under a lease of its own, for one TTL
     * ({@code quarkus.lively.status-ttl}); the same update again, with the revision that was returned, renews that lease and
     * writes nothing. Of a service that a process keeps alive, only status and maintenance can be written: DOWN as by
     * {@link #down(String, Maintenance)}, UP as by {@link #up(String)}. Needs two to four requests.
     * <p>
     * A field that would be ignored is refused: another type, host, region, endpoint or other metadata of a service that a
     * process keeps alive, and an endpoint or metadata of any other service, unless they are those that {@link #find} answers
     * with. A definition without endpoint and metadata leaves them as they are.
     *
     * @param definition the service as it is to be; without a uuid, the one that follows from its type and host
     * @param expectedRevision the revision that was read ({@link ServiceRecord#revision()}); 0: the service is new
     * @return the service as it is stored now
     * @throws StaleRecordException if its record was changed since
     * @throws ServiceConflictException if another service, alive or held, has its type and host
     * @throws InvalidServiceException if the definition, or a change in it, cannot be written, naming the field
     */
    ServiceRecord update(ServiceDefinition definition, long expectedRevision);

    /** As {@link #down(String, Maintenance)}, until {@link #up(String) up} lifts it. */
    ServiceRecord down(String uuid);

    /**
     * Keeps a service DOWN, from now or from the start of the maintenance on, until {@link #up(String) up} lifts that or the
     * maintenance ends.
     * Replaces what was said before; but a start that is to come is refused while the service is kept DOWN, as it would be UP
     * until then. Neither heart-beats nor health nor a restart of the service end it. A start that is to
     * come, and an end, are enforced by the process that keeps the service alive, by its wall clock; without one
     * ({@link ServiceRecord#owned()}) nobody enforces them. Needs two requests.
     *
     * @return the service as it is stored now
     * @throws UnknownServiceException if there is none
     * @throws InvalidServiceException if the maintenance ends before it starts, or has ended, or starts later although the
     *         service is kept DOWN now
     */
    ServiceRecord down(String uuid, Maintenance maintenance);

    /**
     * Lifts a DOWN that another party has ordered, and a maintenance that is to come. The process that keeps the service alive
     * notices at once, as a rule, and within one TTL at the latest, and publishes it as UP; without one ({@link
     * ServiceRecord#owned()}) it stays DOWN until one comes. Needs two requests.
     *
     * @return the service as it is stored now: still DOWN
     * @throws UnknownServiceException if there is none
     */
    ServiceRecord up(String uuid);

    /** As {@link #down(ServiceQuery, Maintenance, int)}, however few services are left UP. */
    List<ServiceOutcome> down(ServiceQuery query, Maintenance maintenance);

    /**
     * Does for each service that matches what {@link #down(String, Maintenance)} does for one. The services are written one
     * after the other, in the order of their uuids; each one by itself, so that a failure of one does not end the call. Once
     * etcd cannot be reached, the services that are left fail without another attempt. Needs a {@link #list}, and two requests
     * for each service.
     * <p>
     * The bound is checked before anything is written, and is best effort: services that go down meanwhile, or that another
     * operator takes down, are not counted.
     *
     * @param minUp how many services must be left UP of each type of which the call takes one down; 0: none
     * @return an outcome for each service that matched
     * @throws TooFewUpException if fewer would be left UP. Nothing was written
     * @throws InvalidServiceException if the maintenance ends before it starts or has ended, or if {@code minUp} is negative
     */
    List<ServiceOutcome> down(ServiceQuery query, Maintenance maintenance, int minUp);

    /**
     * Does for each service that matches what {@link #up(String)} does for one, under the rules of
     * {@link #down(ServiceQuery, Maintenance, int)}.
     *
     * @return an outcome for each service that matched
     */
    List<ServiceOutcome> up(ServiceQuery query);

    /**
     * Deletes a service and all that is known of it. A process that keeps it alive registers it again within one TTL. Needs
     * three requests.
     *
     * @return the revision at which it went, for {@link LivenessView#awaitRevision}; empty if there was none
     */
    OptionalLong delete(String uuid);

    /**
     * Tells what there is and what changes, as {@link LivenessView#watch} does: first the services that match, then
     * each change once and in order. The listener is called on a worker thread, with one event at a time, and may
     * block; how it then is told sums, {@link LivenessView#watch} says. If it throws, that is logged, and it hears of
     * the next event. Never blocks and never fails: while etcd cannot be reached, there is nothing to tell. Starts
     * the {@link LivenessView} if that is not running yet.
     */
    Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener);

    /** The registration of this application. Never blocks. */
    Registration registration();

    /**
     * Registers a further service, which this process keeps alive under the same lease until it is closed. Never blocks: the
     * registration is made in the background, and {@link Registration#state()} says how far it is. It is registered as UP; a
     * definition with another status, or with a maintenance, is refused.
     *
     * @throws ServiceConflictException if this process has registered that uuid already
     * @throws IllegalStateException if the application is stopping
     * @throws InvalidServiceException if names, endpoint, metadata, status or maintenance cannot be published, naming the field
     */
    Registration register(ServiceDefinition definition);
}
