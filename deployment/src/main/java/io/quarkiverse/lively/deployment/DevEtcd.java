package io.quarkiverse.lively.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import io.quarkus.deployment.builditem.Startable;

/**
 * The etcd of Dev Services: one of another process if there is one to be shared, else the first of several that can be started.
 * <p>
 * {@link #start()} never throws, as that would stop the application. If none can be started, {@link #url()} is empty.
 */
final class DevEtcd implements Startable {

    private static final String REMEDY = "Lively looks for one at its default endpoint. To use another, set"
            + " quarkus.lively.etcd.endpoints or OSLIVELY_ETCD_HOST";

    private static final Logger LOG = Logger.getLogger(DevEtcd.class);

    private final List<EtcdSearch> searches;
    private final Supplier<List<LocalEtcd>> candidates;
    private final List<Announcement> failures = new ArrayList<>();
    private Optional<LocalEtcd> running = Optional.empty();

    /**
     * @param searches where to look first; none if it is not to be shared
     * @param candidates in the order in which they are tried; asked only if none is found
     */
    DevEtcd(List<EtcdSearch> searches, Supplier<List<LocalEtcd>> candidates) {
        this.searches = searches;
        this.candidates = candidates;
    }

    @Override
    public void start() {
        try {
            // Once more at the end, as another process may be starting it at the same time.
            running = find().or(this::startFirst).or(this::find);
        } catch (RuntimeException | LinkageError e) {
            fail(e.getMessage(), e);
        }
    }

    private Optional<LocalEtcd> find() {
        return searches.stream().flatMap(search -> search.find().stream()).findFirst();
    }

    private Optional<LocalEtcd> startFirst() {
        for (LocalEtcd candidate : candidates.get()) {
            try {
                candidate.start();
                return Optional.of(candidate);
            } catch (RuntimeException | LinkageError e) {
                fail(candidate.description() + " did not start: " + e.getMessage(), e);
            }
        }
        return Optional.empty();
    }

    private void fail(String text, Throwable failure) {
        failures.add(Announcement.warning(text));
        LOG.debug("The failure", failure);
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
        return running.map(etcd -> Announcement.info("Dev Services for Lively use " + etcd.description()
                + ". To look into it: etcdctl --endpoints " + etcd.getConnectionInfo() + " get --prefix /services --keys-only"))
                .orElseGet(() -> Announcement.warning("Dev Services for Lively have no etcd. " + REMEDY));
    }

    @Override
    public void close() {
        running.ifPresent(LocalEtcd::close);
    }
}
