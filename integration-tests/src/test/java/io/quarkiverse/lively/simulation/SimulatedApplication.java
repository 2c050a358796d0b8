package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.LivelySettings;
import io.quarkiverse.lively.runtime.health.ReadinessPoll;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.registration.Inheritance;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.registration.ServiceRegistration;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.view.ViewSettings;

/** An application with Lively in it, from its start to its end or its reload, and what it does with Lively. */
final class SimulatedApplication {

    /** So many further services there are for all applications together: too few of their type to be suspect for a view. */
    static final int FURTHER = 9;
    static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(5);
    private static final Duration CHECK_INTERVAL = Duration.ofMinutes(4);

    private final World world;
    private final Place place;
    private final SimulatedProcess process;
    private final RandomGenerator random;
    private final SimulatedReadiness readiness;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Map<String, ServiceRegistration> further = new LinkedHashMap<>();
    private final Lively lively;
    private long servesSince = -1;
    private long stoppingSince = -1;
    private boolean hasStopped;
    private boolean failsAtNextChange;
    private boolean hadFailingObserver;
    private boolean saysDown;
    private long wantsSince;
    private final Map<String, Long> furtherSince = new LinkedHashMap<>();
    /** By uuid. What is not there has none. */
    private final Map<String, Metadata> metadata = new LinkedHashMap<>();

    /**
     * What was set last.
     *
     * @param since the true time
     */
    record Metadata(Map<String, String> values, long since) {
    }

    /** What the code of an application may throw; Lively has to live with it. */
    static final class ObserverFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    SimulatedApplication(World world, Place place, SimulatedProcess process, Optional<Inheritance> inheritance) {
        this.world = world;
        this.place = place;
        this.process = process;
        this.random = process.random();
        this.readiness = new SimulatedReadiness(process);
        LivelySettings settings = settings();
        this.lively = new Lively(settings, process,
                SimulatedClient.connection(process, world.network(), settings.etcd(), clients),
                inheritance, this::changed, settings.registrar().awaitsReadiness() ? Optional.of(readiness) : Optional.empty(),
                CallTracing.NONE, LivelyMetrics.NONE);
    }

    private LivelySettings settings() {
        Setup setup = world.setup();
        Setup.ProcessSetup mine = place.setup();
        KeyLayout layout = new KeyLayout("");
        ServiceIdentity identity = new ServiceIdentity(mine.uuid(layout), mine.type(), mine.host(), mine.region());
        return new LivelySettings(SimulatedClient.settings(setup), layout,
                new Registrar.Settings(mine.registers(), identity, setup.ttl(), STOP_TIMEOUT, "1", Map.of(), mine.onConflict(),
                        mine.ephemeral(), mine.awaitsReadiness() && mine.registers()),
                new ReadinessPoll.Settings(HEALTH_INTERVAL, Duration.ofSeconds(3), 1, 1),
                new ViewSettings(SimulatedClient.REQUEST_TIMEOUT, setup.progressInterval(), setup.suspectLimit(),
                        setup.eventBuffer(), CHECK_INTERVAL, setup.ttl()),
                Optional.empty());
    }

    Lively lively() {
        return lively;
    }

    Place place() {
        return place;
    }

    SimulatedProcess process() {
        return process;
    }

    String uuid() {
        return lively.registrar().own().record().uuid();
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    /** Those that it registered and did not close, by their uuids. */
    Map<String, ServiceRegistration> further() {
        return further;
    }

    boolean isStopping() {
        return stoppingSince >= 0;
    }

    /** Whether it has closed; not if its process has crashed before. */
    boolean hasStopped() {
        return hasStopped;
    }

    /** The true time; -1 before that. */
    long servesSince() {
        return servesSince;
    }

    /** The true time; -1 before that. */
    long stoppingSince() {
        return stoppingSince;
    }

    /** Its port opens after a while. */
    void start() {
        if (lively.registrar().inherits()) {
            lively.start();
        }
        process.after(Duration.ofMillis(50 + random.nextInt(400)), () -> {
            if (!isStopping()) {
                servesSince = world.scheduler().now();
                world.note(process.name(), "serves", 0, () -> "");
                lively.serve(Optional.of(place.endpoint()));
            }
        });
    }

    /** @param then called once it has ended, with what is left to its next start */
    void stop(boolean reload, Consumer<Optional<Inheritance>> then) {
        stoppingSince = world.scheduler().now();
        world.note(process.name(), reload ? "reloads" : "stops", 0, () -> "");
        Duration drain = Duration.ofMillis(random.nextInt(500));
        process.pool().execute(() -> lively.stopping(reload).thenAccept(left -> {
            if (left.isEmpty()) {
                world.forEachCheck(check -> check.down(this));
            }
            process.after(drain, () -> lively.closing().thenRun(() -> process.pool().execute(() -> {
                world.note(process.name(), "has stopped", 0, () -> "");
                hasStopped = true;
                then.accept(left);
            })));
        }));
    }

    private void changed(RegistrationChange change) {
        world.count("transition " + change.previous() + " -> " + change.current());
        world.note(process.name(), change.current().name(), change.own() ? 1 : 0,
                () -> change.registration().record().uuid() + " was " + change.previous() + ": " + change.reason());
        world.forEachCheck(check -> check.changed(this, change));
        if (failsAtNextChange) {
            failsAtNextChange = false;
            throw new ObserverFailure();
        }
    }

    /** The observer of its changes throws something, once. */
    void failAtNextChange() {
        failsAtNextChange = true;
        hadFailingObserver = true;
    }

    boolean hadFailingObserver() {
        return hadFailingObserver;
    }

    /** What it says of itself, with its readiness checks if they count. */
    boolean wantsUp() {
        return !saysDown && (!place.setup().awaitsReadiness() || readiness.isReady());
    }

    /** The true time from which on Lively should know what it wants; 0 if it always should. */
    long wantsSince() {
        return wantsSince;
    }

    /** The true time at which it registered a further service. */
    long furtherSince(String uuid) {
        return furtherSince.getOrDefault(uuid, 0L);
    }

    void down(String why) {
        process.pool().execute(() -> {
            says(true);
            lively.registrar().own().down(why);
        });
    }

    void up() {
        process.pool().execute(() -> {
            says(false);
            lively.registrar().own().up();
        });
    }

    private void says(boolean down) {
        saysDown = down;
        wantsSince = world.scheduler().now();
    }

    /** A change while the checks are being asked is noticed when they are asked the next time. */
    void changeReadiness() {
        wantsSince = world.scheduler().now() + HEALTH_INTERVAL.multipliedBy(11).dividedBy(10).toNanos();
        process.pool().execute(readiness::change);
    }

    void registerFurther(RandomGenerator chance) {
        ServiceDefinition definition = ServiceDefinition.of("further", "host-" + chance.nextInt(FURTHER));
        process.pool().execute(() -> {
            if (isStopping()) {
                return;
            }
            try {
                ServiceRegistration registered = lively.calls().register(definition);
                further.put(registered.record().uuid(), registered);
                metadata.remove(registered.record().uuid());
                furtherSince.put(registered.record().uuid(), world.scheduler().now());
            } catch (ServiceConflictException e) {
                world.note(process.name(), "conflict", 0, e::getMessage);
            }
        });
    }

    void closeFurther(RandomGenerator chance, boolean abandons) {
        if (further.isEmpty()) {
            return;
        }
        List<String> uuids = new ArrayList<>(further.keySet());
        ServiceRegistration closing = further.remove(uuids.get(chance.nextInt(uuids.size())));
        world.note(process.name(), abandons ? "abandons" : "closes", 0, () -> closing.record().uuid());
        process.pool().execute(() -> {
            if (abandons) {
                closing.abandoning();
            } else {
                closing.closing();
            }
        });
    }

    /** Several times in a row, of itself or of a further service, whatever state that is in. */
    void updateMetadata(RandomGenerator chance) {
        List<ServiceRegistration> all = new ArrayList<>(further.values());
        all.add(lively.registrar().own());
        ServiceRegistration updated = all.get(chance.nextInt(all.size()));
        int times = 1 + chance.nextInt(4);
        for (int i = 0; i < times; i++) {
            Map<String, String> values = Map.of("number", String.valueOf(chance.nextInt(1_000_000)));
            process.after(Duration.ofMillis(chance.nextInt(1_500)),
                    () -> process.pool().execute(() -> update(updated, values)));
        }
    }

    private void update(ServiceRegistration updated, Map<String, String> values) {
        String uuid = updated.record().uuid();
        Metadata set = new Metadata(values, world.scheduler().now());
        metadata.put(uuid, set);
        world.note(process.name(), "sets metadata", 0, () -> uuid + ": " + values);
        updated.updatingMetadata(values).whenComplete((stored, failure) -> {
            world.count("updates of metadata" + (failure == null ? ""
                    : " that failed, " + LinearizableReadsCheck.cause(failure)
                            .getClass().getSimpleName()));
            // Refused: it has those that it had, or those of a call that was under way.
            if (LinearizableReadsCheck.cause(failure) instanceof IllegalStateException) {
                metadata.put(uuid, new Metadata(null, 0));
            }
        });
    }

    /** What a service of this application is to publish; empty if that cannot be told. */
    Optional<Metadata> metadata(String uuid) {
        return Optional.of(metadata.getOrDefault(uuid, new Metadata(Map.of(), 0))).filter(set -> set.values() != null);
    }

    void subscribe(RandomGenerator chance, boolean slowly) {
        Subscriber subscriber = new Subscriber(world, this, Registries.query(chance), slowly, chance);
        subscribers.add(subscriber);
        process.pool().execute(() -> {
            if (!isStopping()) {
                lively.view().watch(subscriber.query()).subscribe().withSubscriber(subscriber);
            }
        });
    }

    void cancelSubscriber(RandomGenerator chance) {
        if (!subscribers.isEmpty()) {
            Subscriber cancelled = subscribers.remove(chance.nextInt(subscribers.size()));
            process.pool().execute(cancelled::cancel);
        }
    }

    void awaitRevision(long revision) {
        int history = world.histories();
        process.pool().execute(() -> {
            long since = world.scheduler().now();
            lively.view().awaitRevision(revision).subscribe().with(nothing -> awaited(revision, history, since, null),
                    failure -> awaited(revision, history, since, failure));
        });
    }

    private void awaited(long revision, int history, long since, Throwable failure) {
        world.note(process.name(), failure == null ? "has waited" : "waits in vain", revision, () -> "for " + revision);
        RevisionWait wait = new RevisionWait(this, revision, history, since, failure);
        world.forEachCheck(check -> check.awaited(wait));
    }
}
