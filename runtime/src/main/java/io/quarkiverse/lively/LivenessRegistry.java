package io.quarkiverse.lively;

import java.util.List;
import java.util.Optional;

/**
 * The services of the fleet, as etcd has them.
 * <p>
 * Every answer is linearizable: it is at least as new as everything that was written before the question was asked. The
 * methods block, for at most {@code quarkus.lively.etcd.request-timeout} for each request to etcd that they need: one,
 * unless stated otherwise. Call them from a worker thread. May be used by many threads at once.
 * <p>
 * Two things are <em>not</em> promised. An answer is the truth of the moment at which etcd gave it, and may be old when it
 * is read. And a service that died is UP until its lease has run out, one TTL after its last renewal.
 * <p>
 * Names that cannot exist (empty, longer than 255 bytes, with a {@code /} or a control character) are refused with an
 * {@link InvalidServiceException}. Every method but {@link #registration()} throws {@link RegistryUnavailableException}
 * when etcd cannot be reached in time, never {@code false} or an empty answer.
 */
public interface LivenessRegistry {

    /** Whether that service is up. A service that is not known is not. */
    boolean isUp(String uuid);

    /** Whether the service of that type on that host is up. Needs two requests. */
    boolean isUp(String type, String host);

    /** What is known of that service; empty if nothing is. */
    Optional<ServiceRecord> find(String uuid);

    /** What is known of the service of that type on that host. Needs two requests. */
    Optional<ServiceRecord> find(String type, String host);

    /**
     * The services that match, all of them as they were at one revision of etcd, in the order of their uuids. Records that
     * cannot be read are left out, and logged once. Needs a request for each thousand entries of the registry, or for each
     * thirty-two uuids if the query names uuids.
     */
    List<ServiceRecord> list(ServiceQuery query);

    /** The registration of this application. Never blocks. */
    Registration registration();
}
