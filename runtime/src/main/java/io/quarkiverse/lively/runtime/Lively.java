package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

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
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.WorkerThread;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/** All that Lively is in one application, from its start to its end. */
public final class Lively {

    /** It takes milliseconds, unless the machine is starved. */
    private static final Duration VIEW_CLOSES_WITHIN = Duration.ofSeconds(1);

    private final WorkerThread worker;
    private final EtcdConnection etcd;
    private final String where;
    private final Registrar registrar;
    private final Optional<ReadinessPoll> readiness;
    private final WorkerThread viewWorker;
    private final LocalView view;
    private final LivenessRegistry registry;
    private final ReactiveLivenessRegistry reactiveRegistry;
    private Duration shutdownBudget;

    /**
     * @param changes told of each change of the state of a registration; must not block
     * @param checks that decide whether this application is published as UP; empty if none do
     * @param tracing told of the calls of the application
     */
    public Lively(LivelySettings settings, Consumer<RegistrationChange> changes, Optional<ReadinessChecks> checks,
            CallTracing tracing, LivelyMetrics metrics) {
        worker = new WorkerThread("lively");
        etcd = new EtcdConnection(settings.etcd());
        where = settings.etcd().endpoints().toString();
        registrar = new Registrar(metrics.metered(etcd, Caller.REGISTRATION), settings.layout(), worker, new Random(),
                settings.registrar(), Reload.inheritance(where), changes, metrics);
        readiness = checks.map(asked -> new ReadinessPoll(asked, worker, settings.readiness(), registrar.goesOn(),
                registrar::ready, registrar::notReady));
        viewWorker = new WorkerThread("lively-view");
        view = new LocalView(new RegistryFeed(metrics.metered(etcd, Caller.VIEW), settings.layout()),
                new Replica(settings.layout()), viewWorker, Infrastructure.getDefaultWorkerPool(), new Random(),
                settings.view(), metrics);
        Etcd asked = metrics.metered(etcd, Caller.REGISTRY);
        ServiceWriter writer = new ServiceWriter(asked, settings.layout(), InstantSource.system(), registrar.signature());
        RegistryCalls calls = new RegistryCalls(new ServiceReader(asked, settings.layout()), writer,
                new ServiceUpdater(asked, settings.layout(), InstantSource.system(), settings.registrar().ttl(), writer),
                registrar, view, tracing);
        registry = new BlockingLivenessRegistry(calls);
        reactiveRegistry = new MutinyLivenessRegistry(calls);
        shutdownBudget = settings.registrar().stopTimeout();
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
            registrar.connected().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for etcd", e);
        } catch (ExecutionException | TimeoutException e) {
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
        readiness.ifPresent(ReadinessPoll::stop);
        spend(() -> Reload.isAhead() ? handOver() : registrar.stop(shutdownBudget));
    }

    private CompletableFuture<Void> handOver() {
        return registrar.handOver(shutdownBudget)
                .thenAccept(left -> left.ifPresent(inheritance -> inheritance.leave(where)));
    }

    /** Gives the lease back and ends all threads and connections. Blocks for what is left of the time for the shutdown. */
    public void close() {
        // Needs no etcd, and so nothing of the time for the shutdown, which an etcd that hangs may have used up.
        await(view::close, VIEW_CLOSES_WITHIN);
        viewWorker.close();
        spend(registrar::close);
        etcd.close();
        worker.close();
    }

    private void spend(Callable<CompletableFuture<Void>> activity) {
        long started = System.nanoTime();
        try {
            await(activity, shutdownBudget);
        } finally {
            Duration left = shutdownBudget.minusNanos(System.nanoTime() - started);
            shutdownBudget = left.isNegative() ? Duration.ZERO : left;
        }
    }

    private static void await(Callable<CompletableFuture<Void>> activity, Duration limit) {
        try {
            activity.call().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Who failed has said so; the lease runs out by itself.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
