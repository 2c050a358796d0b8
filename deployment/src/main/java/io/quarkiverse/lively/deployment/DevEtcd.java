package io.quarkiverse.lively.deployment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
    /** Two processes that start at once may keep each other from the port for a moment. */
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Logger LOG = Logger.getLogger(DevEtcd.class);

    private final List<EtcdSearch> searches;
    private final Supplier<List<LocalEtcd>> candidates;
    private final Supplier<List<LocalEtcd>> own;
    private final Consumer<Announcement> log;
    private final List<Announcement> failures = new ArrayList<>();
    private volatile Optional<LocalEtcd> running = Optional.empty();
    private Optional<OwnerWatch> watch = Optional.empty();

    /**
     * @param searches where to look first
     * @param candidates new ones each time, in the order in which they are tried; asked only if the searches find none
     * @param own as the candidates, but at a free port; asked only if the port for a shared one is taken
     * @param log gets the lines for the developer
     */
    DevEtcd(List<EtcdSearch> searches, Supplier<List<LocalEtcd>> candidates, Supplier<List<LocalEtcd>> own,
            Consumer<Announcement> log) {
        this.searches = searches;
        this.candidates = candidates;
        this.own = own;
        this.log = log;
    }

    @Override
    public void start() {
        failures.clear();
        try {
            running = find().or(this::findOrStart);
        } catch (PortTakenException e) {
            fail(e.getMessage(), e);
            running = startFirst(own.get(), Optional::empty);
        } catch (RuntimeException | LinkageError e) {
            fail(e.getMessage(), e);
        }
        watch = ofAnotherApplication().map(etcd -> OwnerWatch.started(etcd.url(), log));
    }

    private Optional<LocalEtcd> find() {
        return searches.stream().flatMap(search -> search.find().stream()).findFirst();
    }

    private Optional<LocalEtcd> findOrStart() {
        for (int attempt = 1;; attempt++) {
            try {
                return startFirst(candidates.get(), this::find);
            } catch (PortTakenException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                pause();
            }
        }
    }

    /** @param other finds the one that another process may have started since */
    private Optional<LocalEtcd> startFirst(List<LocalEtcd> all, Supplier<Optional<LocalEtcd>> other) {
        List<Announcement> failed = new ArrayList<>();
        for (LocalEtcd candidate : all) {
            try {
                candidate.start();
                failures.addAll(failed);
                return Optional.of(candidate);
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("The failure", e);
                Optional<LocalEtcd> found = other.get();
                if (found.isPresent()) {
                    return found;
                }
                if (e instanceof PortTakenException taken) {
                    throw taken;
                }
                failed.add(Announcement.warning(candidate.description() + " did not start: " + e.getMessage()));
            }
        }
        failures.addAll(failed);
        return Optional.empty();
    }

    private void fail(String text, Throwable failure) {
        failures.add(Announcement.warning(text));
        LOG.debug("The failure", failure);
    }

    /**
     * Logs what came of the start: a line for each that failed, and one for the outcome. Not part of the start, because Quarkus
     * swallows what is logged while a Dev Service starts.
     */
    void announce() {
        announcements().forEach(log);
    }

    List<Announcement> announcements() {
        return Stream.concat(failures.stream(), Stream.of(outcome())).toList();
    }

    /** Where it is; empty if none could be started. */
    Optional<String> url() {
        return running.map(Startable::getConnectionInfo);
    }

    /** Whether it was that of another application, which has ended. */
    boolean hasEnded() {
        return ofAnotherApplication().isPresent() && !OwnerWatch.isThere(ofAnotherApplication().get().url());
    }

    private Optional<FoundEtcd> ofAnotherApplication() {
        return running.filter(FoundEtcd.class::isInstance).map(FoundEtcd.class::cast)
                .filter(FoundEtcd::ofAnotherApplication);
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
                + ". To look into it: etcdctl --endpoints " + etcd.hostUrl() + " get --prefix /services --keys-only"))
                .orElseGet(() -> Announcement.warning("Dev Services for Lively have no etcd. " + REMEDY));
    }

    @Override
    public void close() {
        watch.ifPresent(OwnerWatch::close);
        running.ifPresent(LocalEtcd::close);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a shared etcd starts", e);
        }
    }
}
