package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.runtime.health.ReadinessChecks;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;

/** Lively, as the application and the beans of this extension find it. Until it is started, it refuses to be asked. */
@Singleton
public class LivelyLifecycle {

    private static final Logger LOG = Logger.getLogger(LivelyLifecycle.class);

    private final Instance<ReadinessChecks> readinessChecks;
    private final Instance<CallTracing> tracing;
    private final LivelyMetrics metrics;
    private volatile boolean switchedOff;
    private volatile boolean registersItself;
    private volatile Optional<Lively> lively = Optional.empty();
    private final CompletableFuture<Void> serving = new CompletableFuture<>();
    private volatile Optional<Subscription> broadcast = Optional.empty();
    private volatile ViewUse use = ViewUse.NONE;
    private volatile Optional<Duration> failFast = Optional.empty();
    private final RegistrationBroadcast changes = new RegistrationBroadcast(new SystemPlatform());

    LivelyLifecycle(Instance<ReadinessChecks> readinessChecks, Instance<CallTracing> tracing,
            Instance<LivelyMetrics> metrics) {
        this.readinessChecks = readinessChecks;
        this.tracing = tracing;
        this.metrics = metrics.isResolvable() ? metrics.get() : LivelyMetrics.NONE;
    }

    /** It is not going to be started. */
    void switchOff() {
        switchedOff = true;
    }

    void start(LivelySettings settings, ViewUse viewUse) {
        use = viewUse;
        failFast = settings.failFast();
        registersItself = settings.registrar().registersItself();
        Lively started = new Lively(settings, changes, settings.registrar().awaitsReadiness()
                ? Optional.of(readinessChecks.get())
                : Optional.empty(), tracing.isResolvable() ? tracing.get() : CallTracing.NONE, metrics);
        // At once: what fails from here on ends with a close.
        lively = Optional.of(started);
        metrics.observe(started.registry().registration(), this::viewInUse, settings.layout().skipped()::count,
                () -> started.view().listenerFailures() + changes.failures());
        if (failFast.isPresent() || started.inherits()) {
            started.start();
        }
    }

    /** Whether this application publishes anything of itself. */
    boolean registersItself() {
        return registersItself;
    }

    /**
     * The application serves from now on. Only the first call counts.
     *
     * @param endpoint asked only if the application registers itself: one that only reads needs no address
     */
    void serve(Supplier<Optional<Endpoint>> endpoint) {
        lively.ifPresent(running -> running.serve(registersItself ? endpoint.get() : Optional.empty()));
        serving.complete(null);
    }

    /** The application has started, so its observers are ready. */
    void started(@Observes StartupEvent event, Event<LivenessEvent> observers, Event<RegistrationChange> ofRegistrations) {
        changes.begin(ofRegistrations);
        lively.ifPresent(running -> {
            failFast.ifPresent(limit -> {
                running.awaitConnection(limit);
                running.onRefusal(LivelyLifecycle::exit);
            });
            serving.thenRun(() -> startView(running.view(), observers)).exceptionally(LivelyLifecycle::notStarted);
        });
    }

    /** Logs a failure that the future would swallow. Nothing is logged if the view is closed, as the application has ended. */
    private static Void notStarted(Throwable failure) {
        if (!(failure.getCause() instanceof RegistryUnavailableException)) {
            LOG.error("A bug in Lively: the view was not started, so no LivenessEvent is fired", failure);
        }
        return null;
    }

    private void startView(LocalView view, Event<LivenessEvent> observers) {
        if (use.events()) {
            broadcast = Optional.of(view.watch(ServiceQuery.all(), new EventBroadcast<>(observers)));
        } else if (use.view()) {
            view.start();
        }
    }

    void certificatesUpdated(@Observes CertificateUpdatedEvent event) {
        lively.ifPresent(running -> running.certificatesUpdated(event.name()));
    }

    /** From now on there may be no observer any more. */
    void stopping(@Observes ShutdownEvent event) {
        broadcast.ifPresent(Subscription::close);
        changes.end();
        metrics.close();
    }

    /** The socket opens once the application has started, so an exception would come too late. */
    private static void exit(String why) {
        LOG.errorf("The application ends, since quarkus.lively.registration.fail-fast is true: %s", why);
        Quarkus.asyncExit(1);
    }

    void stop() {
        lively.ifPresent(Lively::stop);
    }

    void close() {
        lively.ifPresent(Lively::close);
    }

    /** How far the view of the fleet can be relied on; empty while nothing uses it. Does not start it. */
    public Optional<Freshness> viewInUse() {
        return lively.map(Lively::view).filter(LocalView::isStarted).map(LocalView::freshness);
    }

    /** The real one, also where a test mocks the bean of that type. The beans of this extension call this, and inject none. */
    public LivenessRegistry registry() {
        return running().registry();
    }

    /** As {@link #registry()}. */
    public ReactiveLivenessRegistry reactiveRegistry() {
        return running().reactiveRegistry();
    }

    /** As {@link #registry()}. Starts when it is first used. */
    public LivenessView view() {
        return running().view();
    }

    /** That of this application. As {@link #registry()}. */
    public Registration registration() {
        return registry().registration();
    }

    private Lively running() {
        return lively.orElseThrow(switchedOff ? NotRunningException::switchedOff : NotRunningException::notStarted);
    }
}
