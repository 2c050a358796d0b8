package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.health.ReadinessChecks;
import io.quarkiverse.lively.runtime.health.ReadinessPoll;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Caller;
import io.quarkiverse.lively.runtime.registration.Inheritance;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkus.runtime.configuration.ConfigurationException;

/** All that Lively is in one application, from its start to its end. */
public final class Lively {

    /** It takes milliseconds, unless the machine is starved. */
    private static final Duration VIEW_CLOSES_WITHIN = Duration.ofSeconds(1);

    private final Platform platform;
    private final Worker worker;
    private final EtcdConnection etcd;
    private final String where;
    private final Registrar registrar;
    private final Optional<ReadinessPoll> readiness;
    private final Worker viewWorker;
    private final LocalView view;
    private final RegistryCalls calls;
    private final LivenessRegistry registry;
    private final ReactiveLivenessRegistry reactiveRegistry;
    private volatile Duration shutdownBudget;

    /**
     * With the clocks and the threads of this JVM.
     *
     * @param changes told of each change of the state of a registration; must not block
     * @param checks that decide whether this application is published as UP; empty if none do
     * @param tracing told of the calls of the application
     */
    public Lively(LivelySettings settings, Consumer<RegistrationChange> changes, Optional<ReadinessChecks> checks,
            CallTracing tracing, LivelyMetrics metrics) {
        this(settings, new SystemPlatform(), changes, checks, tracing, metrics);
    }

    private Lively(LivelySettings settings, Platform platform, Consumer<RegistrationChange> changes,
            Optional<ReadinessChecks> checks, CallTracing tracing, LivelyMetrics metrics) {
        this(settings, platform, new EtcdConnection(settings.etcd(), platform), Reload.inheritance(where(settings)), changes,
                checks, tracing, metrics);
    }

    /**
     * @param etcd closed with this
     * @param inheritance what an earlier start of the application in this JVM has left
     * @param changes notified of each change of the state of a registration; must not block
     * @param checks that decide whether this application is published as UP; empty if none do
     * @param tracing notified of the calls of the application
     */
    public Lively(LivelySettings settings, Platform platform, EtcdConnection etcd, Optional<Inheritance> inheritance,
            Consumer<RegistrationChange> changes, Optional<ReadinessChecks> checks, CallTracing tracing,
            LivelyMetrics metrics) {
        this.platform = platform;
        this.etcd = etcd;
        where = where(settings);
        worker = platform.worker("lively");
        registrar = new Registrar(metrics.metered(etcd, Caller.REGISTRATION), settings.layout(), worker, platform,
                settings.registrar(), inheritance, changes, metrics);
        readiness = checks.map(asked -> new ReadinessPoll(asked, worker, settings.readiness(), registrar.goesOn(),
                registrar::ready, registrar::notReady));
        readiness.ifPresent(poll -> registrar.own().checkReadinessBy(poll::check));
        viewWorker = platform.worker("lively-view");
        view = new LocalView(new RegistryFeed(metrics.metered(etcd, Caller.VIEW), settings.layout()),
                new Replica(settings.layout()), viewWorker, platform.pool(), platform.random(), settings.view(), metrics);
        Etcd asked = metrics.metered(etcd, Caller.REGISTRY);
        ServiceWriter writer = new ServiceWriter(asked, settings.layout(), platform, registrar.signature());
        calls = new RegistryCalls(new ServiceReader(asked, settings.layout(), platform.computations()), writer,
                new ServiceUpdater(asked, settings.layout(), settings.registrar().ttl(), writer), registrar, view, tracing);
        registry = new BlockingLivenessRegistry(calls);
        reactiveRegistry = new MutinyLivenessRegistry(calls, platform.pool());
        shutdownBudget = settings.registrar().stopTimeout();
    }

    private static String where(LivelySettings settings) {
        return settings.etcd().endpoints().toString();
    }

    /** All that the registries can do, without blocking. */
    public RegistryCalls calls() {
        return calls;
    }

    /** Keeps this application and its further services registered. */
    public Registrar registrar() {
        return registrar;
    }

    public LivenessRegistry registry() {
        return registry;
    }

    public ReactiveLivenessRegistry reactiveRegistry() {
        return reactiveRegistry;
    }

    /** Starts when it is first used, or told to. */
    public LocalView view() {
        return view;
    }

    /**
     * Gets ready to register, in the background. Without this, it does so once the application serves: until then the
     * application needs the processors itself.
     */
    public void start() {
        registrar.start();
    }

    /** Whether an earlier start of the application has left a lease that does not live on by itself. To be asked first. */
    boolean inherits() {
        return registrar.inherits();
    }

    /**
     * Waits until etcd has answered.
     *
     * @throws ConfigurationException if it has not by then: of those, Quarkus prints the message and no stack trace
     */
    public void awaitConnection(Duration limit) {
        try {
            platform.orTimeout(registrar.connected(), limit).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for etcd", e);
        } catch (ExecutionException e) {
            throw new ConfigurationException("This application cannot be registered: " + registrar.own().reason()
                    + ". It starts all the same without quarkus.lively.registration.fail-fast");
        }
    }

    /**
     * The TLS registry has read the certificates of that configuration anew. May block for as long as it takes to look at them.
     */
    public void certificatesUpdated(String configurationName) {
        etcd.certificatesUpdated(configurationName);
    }

    /** Told why, should the application be refused before it is registered for the first time. */
    public void onRefusal(Consumer<String> listener) {
        registrar.registered().exceptionally(refusal -> {
            listener.accept((refusal instanceof CompletionException ? refusal.getCause() : refusal).getMessage());
            return null;
        });
    }

    /**
     * The application serves from now on: registers it, in the background.
     *
     * @param endpoint where; empty if it serves nothing
     */
    public void serve(Optional<Endpoint> endpoint) {
        registrar.serve(endpoint);
        readiness.ifPresent(ReadinessPoll::start);
    }

    /**
     * Publishes DOWN, whatever the readiness checks say from now on; ahead of a reload in dev mode it leaves the
     * application registered instead. Blocks until that is done, or the time for the shutdown is up. Throws nothing.
     */
    public void stop() {
        try {
            stopping(Reload.isAhead()).get().ifPresent(inheritance -> inheritance.leave(where));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * As {@link #stop()}, but without blocking. Done when that would return. Never fails.
     *
     * @param reload whether to leave the application registered to its next start
     * @return what the next start needs; empty if there is nothing to go on with
     */
    public CompletableFuture<Optional<Inheritance>> stopping(boolean reload) {
        readiness.ifPresent(ReadinessPoll::stop);
        return spend(limit -> reload ? registrar.handOver(limit)
                : registrar.stop(limit).thenApply(stopped -> Optional.<Inheritance> empty()))
                .thenApply(left -> left.flatMap(inheritance -> inheritance));
    }

    /** Gives the lease back and ends all threads and connections. Blocks for what is left of the time for the shutdown. */
    public void close() {
        try {
            closing().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #close()}, but without blocking. Done when that would return. Never fails. */
    public CompletableFuture<Void> closing() {
        // Needs no etcd, and so nothing of the time for the shutdown, which an etcd that hangs may have used up.
        return within(VIEW_CLOSES_WITHIN, view.close()).thenCompose(viewClosed -> spend(limit -> registrar.close()))
                .thenRunAsync(this::end, platform.threads("lively-close"));
    }

    private void end() {
        viewWorker.close();
        etcd.close();
        worker.close();
    }

    /** @param activity gets what is left of the time for the shutdown */
    private <T> CompletableFuture<Optional<T>> spend(Function<Duration, CompletableFuture<T>> activity) {
        Duration limit = shutdownBudget;
        long started = platform.nanoTime();
        return within(limit, activity.apply(limit)).whenComplete((answer, failure) -> {
            Duration left = limit.minusNanos(platform.nanoTime() - started);
            shutdownBudget = left.isNegative() ? Duration.ZERO : left;
        });
    }

    /** Empty if it fails: it has been logged then, and the lease runs out by itself. Empty as well if it takes longer. */
    private <T> CompletableFuture<Optional<T>> within(Duration limit, CompletableFuture<T> activity) {
        return platform.orTimeout(activity.copy(), limit).handle((answer, failure) -> Optional.ofNullable(answer));
    }
}
