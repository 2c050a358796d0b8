package io.quarkiverse.lively.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import io.quarkus.deployment.builditem.Startable;

/**
 * The etcd of Dev Services: the first of several that can be started.
 * <p>
 * {@link #start()} never throws, as that would stop the application. If none can be started, {@link #url()} is empty.
 */
final class DevEtcd implements Startable {

    private static final String REMEDY = "Lively looks for one at its default endpoint. To use another, set"
            + " quarkus.lively.etcd.endpoints or OSLIVELY_ETCD_HOST";

    private static final Logger LOG = Logger.getLogger(DevEtcd.class);

    private final List<LocalEtcd> candidates;
    private final List<Announcement> failures = new ArrayList<>();
    private Optional<LocalEtcd> running = Optional.empty();

    /**
     * @param candidates in the order in which they are tried
     */
    DevEtcd(List<LocalEtcd> candidates) {
        this.candidates = candidates;
    }

    @Override
    public void start() {
        for (LocalEtcd candidate : candidates) {
            try {
                candidate.start();
                running = Optional.of(candidate);
                return;
            } catch (RuntimeException | LinkageError e) {
                failures.add(Announcement.warning(candidate.description() + " did not start: " + e.getMessage()));
                LOG.debug("The failure", e);
            }
        }
    }

    /**
     * What came of the start: a line for each that failed, and one for the outcome. It is not said at once, because Quarkus
     * swallows what is logged while a Dev Service starts.
     */
    List<Announcement> announcements() {
        return Stream.concat(failures.stream(), Stream.of(outcome())).toList();
    }

    /** Where it is; empty if none could be started. */
    Optional<String> url() {
        return running.map(Startable::getConnectionInfo);
    }

    @Override
    public String getConnectionInfo() {
        return url().orElse(null);
    }

    @Override
    public String getContainerId() {
        return running.map(Startable::getContainerId).orElse(null);
    }

    private Announcement outcome() {
        return running.map(etcd -> Announcement.info("Dev Services for Lively started " + etcd.description()
                + ". To look into it: etcdctl --endpoints " + etcd.getConnectionInfo() + " get --prefix /services --keys-only"))
                .orElseGet(() -> Announcement.warning("Dev Services for Lively could not start an etcd. " + REMEDY));
    }

    @Override
    public void close() {
        running.ifPresent(LocalEtcd::close);
    }
}
