package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Loss;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Keeps what this process registers alive: one lease, and who lives under it. All methods may be called on any thread,
 * and none blocks.
 */
public final class Registrar {

    private final Etcd etcd;
    private final KeyLayout layout;
    private final Worker worker;
    private final Platform platform;
    private final RandomGenerator random;
    private final Settings settings;
    /** What an earlier start left, until it is seen to. Used on the worker thread only. */
    private Optional<Inheritance> inheritance;
    private final boolean goesOn;
    private final Incarnation incarnation;
    private final OwnerWatch watch;
    private final Consumer<RegistrationChange> changes;
    private final LivelyMetrics metrics;
    private final ServiceRegistration own;
    /** By uuid, and in that order. */
    private final Map<String, ServiceRegistration> registrations = new ConcurrentSkipListMap<>();

    /** As long as there is anything to keep alive. Changed on the worker thread only. */
    private volatile Optional<LeaseSession> session = Optional.empty();
    private volatile boolean stopping;
    /** The registrations that the application had when it stopped. */
    private final Queue<ServiceRegistration> stopped = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();

    /**
     * What is registered, and how.
     *
     * @param enabled if false, the application is not registered; it may still register others
     * @param ttl how long a service outlives its last renewal
     * @param stopTimeout how long closing a registration may take
     * @param version of the application
     * @param metadata what the application says of itself
     * @param onConflict what to do if another process owns a service
     * @param ephemeral whether nothing of a service remains once it is not registered any more
     * @param awaitsReadiness whether somebody is going to say whether the application is ready
     * @param persistMetadata whether endpoint and metadata outlive the claim, as the last known ones
     * @param training the option of the JVM that makes this a training run, in which nothing is registered
     */
    public record Settings(boolean enabled, ServiceIdentity identity, Duration ttl, Duration stopTimeout, String version,
            Map<String, String> metadata, OnConflict onConflict, boolean ephemeral, boolean awaitsReadiness,
            boolean persistMetadata, Optional<String> training) {

        /** With metadata that outlive the claim, as by default, and of a run that is no training run. */
        public Settings(boolean enabled, ServiceIdentity identity, Duration ttl, Duration stopTimeout, String version,
                Map<String, String> metadata, OnConflict onConflict, boolean ephemeral, boolean awaitsReadiness) {
            this(enabled, identity, ttl, stopTimeout, version, metadata, onConflict, ephemeral, awaitsReadiness, true,
                    Optional.empty());
        }

        /** Whether the application itself is registered. */
        public boolean registersItself() {
            return enabled && training.isEmpty();
        }

        private String whyNot() {
            return training.map(option -> "this is a training run (" + option
                    + "), and quarkus.lively.registration.in-training is false")
                    .orElse("quarkus.lively.registration.enabled is false");
        }
    }

    /** With nothing to go on with, and nobody who measures. */
    public Registrar(Etcd etcd, KeyLayout layout, Worker worker, Platform platform, Settings settings,
            Consumer<RegistrationChange> changes) {
        this(etcd, layout, worker, platform, settings, Optional.empty(), changes, LivelyMetrics.NONE);
    }

    /**
     * @param inheritance what an earlier start of the application in this JVM has left
     * @param changes told of each change of the state of a registration, in their order; called on the worker thread
     */
    public Registrar(Etcd etcd, KeyLayout layout, Worker worker, Platform platform, Settings settings,
            Optional<Inheritance> inheritance, Consumer<RegistrationChange> changes, LivelyMetrics metrics) {
        this.etcd = etcd;
        this.layout = layout;
        this.worker = worker;
        this.platform = platform;
        this.random = platform.random();
        this.settings = settings;
        this.changes = changes;
        this.metrics = metrics;
        this.watch = new OwnerWatch(etcd, worker, settings.ttl(), random);
        this.inheritance = inheritance;
        Optional<Inheritance> continued = inheritance.filter(left -> left.suits(layout, settings));
        this.goesOn = continued.isPresent();
        this.incarnation = continued.map(left -> left.incarnation(settings.version(), signature()))
                .orElseGet(() -> Incarnation.started(platform, settings.version(), signature()));
        this.own = settings.registersItself()
                ? registration(settings.identity(), ServiceRegistration.Kind.APPLICATION,
                        new OwnWord(settings.awaitsReadiness()),
                        RegistrationState.STARTING, "the application is starting")
                : registration(settings.identity(), ServiceRegistration.Kind.APPLICATION, new OwnWord(false),
                        RegistrationState.DISABLED, settings.whyNot());
        if (settings.registersItself()) {
            registrations.put(settings.identity().uuid(), own);
        }
        continued.ifPresent(left -> own.resume(left.claimed()));
    }

    /** The registration of the application. */
    public ServiceRegistration own() {
        return own;
    }

    /** Whether it goes on with a registration of the application that an earlier start has left. */
    public boolean goesOn() {
        return goesOn;
    }

    /** Whether an earlier start has left a lease that is to be seen to. To be asked before anything else. */
    public boolean inherits() {
        return inheritance.isPresent();
    }

    /** Done once etcd has granted the first lease. */
    public CompletableFuture<Void> connected() {
        return connected.copy();
    }

    /** Done once the application is registered, even if as DOWN; fails, saying why, if that was refused before. */
    public CompletableFuture<Void> registered() {
        return own.outcome().copy();
    }

    /** How this application signs what it says of other services. */
    public String signature() {
        return settings.identity().signature();
    }

    /**
     * Gets a lease, and keeps trying to. Nothing is registered yet. Without this, it does so once there is something to
     * register.
     */
    public void start() {
        if (settings.registersItself()) {
            worker.execute(this::session);
        } else {
            worker.execute(() -> takeInheritance().ifPresent(left -> left.renounce(etcd, worker, settings.stopTimeout())));
        }
    }

    /**
     * The application serves from now on: registers it.
     *
     * @param where empty if it serves nothing
     */
    public void serve(Optional<Endpoint> where) {
        if (settings.registersItself()) {
            serve(own, incarnation.claim(where, settings.metadata()));
        }
    }

    /** The application is ready to serve, as its own checks say. */
    public void ready() {
        worker.execute(() -> own.readiness(Optional.empty()));
    }

    /**
     * The application is not ready to serve.
     *
     * @param why in a few words for a human
     */
    public void notReady(String why) {
        worker.execute(() -> own.readiness(Optional.of(why)));
    }

    /**
     * Registers a further service, until it is closed. An empty uuid follows from its type and host. In a training run its
     * registration is DISABLED.
     *
     * @throws ServiceConflictException if this process has registered that uuid already
     * @throws IllegalStateException if this process is stopping
     * @throws InvalidServiceException if it cannot be written, naming the field
     */
    public ServiceRegistration register(ServiceDefinition service) {
        ServiceIdentity identity = layout.identityOf(service);
        Announcements.check(service);
        Claim claim = incarnation.claim(service.endpoint(), service.metadata());
        if (stopping) {
            throw tooLate();
        }
        if (settings.training().isPresent()) {
            return registration(identity, ServiceRegistration.Kind.FURTHER, new OwnWord(false), RegistrationState.DISABLED,
                    settings.whyNot());
        }
        ServiceRegistration further = registration(identity, ServiceRegistration.Kind.FURTHER, new OwnWord(false),
                RegistrationState.STARTING, "it was just registered");
        ServiceRegistration present = registrations.putIfAbsent(identity.uuid(), further);
        if (present != null) {
            throw new ServiceConflictException(identity.uuid(), "uuid", present.state() == RegistrationState.STOPPED
                    ? identity + " was closed, and DOWN is not in etcd yet: try again once etcd answers"
                    : "This process has registered " + identity + " already: close that registration first");
        }
        if (stopping) {
            // The stop may not have seen it any more.
            registrations.remove(identity.uuid(), further);
            throw tooLate();
        }
        serve(further, claim);
        return further;
    }

    /**
     * Publishes DOWN and lets go of all. Fails if that cannot be done in time; then the lease is given back at once, if
     * that can be done: nothing is UP, at least.
     */
    public CompletableFuture<Void> stop(Duration limit) {
        stopping = true;
        List<ServiceRegistration> registered = List.copyOf(registrations.values());
        stopped.addAll(registered);
        Duration forDown = limit.multipliedBy(3).dividedBy(4);
        CompletableFuture<Void> allDown = CompletableFuture.allOf(registered.stream()
                .map(registration -> registration.stop(forDown)).toArray(CompletableFuture[]::new));
        CompletableFuture<Void> done = new CompletableFuture<>();
        worker.when(allDown, (nothing, failure) -> {
            if (failure == null) {
                session.ifPresent(LeaseSession::orphan);
                done.complete(null);
            } else {
                worker.after(limit.minus(forDown), () -> done.completeExceptionally(failure));
                closeSession().whenComplete((revoked, unrevoked) -> done.completeExceptionally(failure));
            }
        });
        return done;
    }

    /**
     * Leaves the registration of the application as it is to its next start in this JVM, and publishes DOWN of all
     * others. Fails if that cannot be done in time; then the lease is given back at once, if that can be done.
     *
     * @return what the next start needs; empty if there is nothing to go on with, and all is stopped
     */
    public CompletableFuture<Optional<Inheritance>> handOver(Duration limit) {
        stopping = true;
        CompletableFuture<Optional<Inheritance>> left = CompletableFuture.supplyAsync(() -> {
            Optional<Inheritance> leaving = term().filter(term -> own.handOver()).map(term -> new Inheritance(
                    layout.namespace(), settings.identity(), settings.ephemeral(), settings.ttl(), term.id(),
                    incarnation.id(), incarnation.startedAt(), own.isClaimed()));
            leaving.ifPresent(inherited -> registrations.remove(settings.identity().uuid()));
            return leaving;
        }, worker);
        return left.thenCompose(leaving -> stop(limit).thenApplyAsync(stopped -> {
            leaving.ifPresent(inherited -> session.ifPresent(LeaseSession::handOver));
            return leaving;
        }, worker));
    }

    /** The application has closed: gives the lease back, and forgets the fencing tokens. */
    public CompletableFuture<Void> close() {
        own.forgetToken();
        stopped.forEach(ServiceRegistration::forgetToken);
        return CompletableFuture.supplyAsync(() -> {
            watch.close();
            return closeSession();
        }, worker).thenCompose(revoked -> revoked);
    }

    private ServiceRegistration registration(ServiceIdentity identity, ServiceRegistration.Kind kind, OwnWord word,
            RegistrationState state, String reason) {
        OwnerWrites writes = new OwnerWrites(layout, identity, settings.ephemeral(), settings.persistMetadata());
        return new ServiceRegistration(identity, kind, worker, platform,
                listener -> new Publication(etcd, worker, writes, incarnation,
                        settings.onConflict(), settings.ttl(), random, watch,
                        lease -> session.ifPresent(holder -> holder.gone(lease)), listener),
                this::term, word, settings,
                Standing.beginning(state, worker.now(), reason), changes, metrics, closed -> remove(identity, closed));
    }

    private static IllegalStateException tooLate() {
        return new IllegalStateException("The application is stopping, and registers nothing any more");
    }

    private Optional<LeaseTerm> term() {
        return session.flatMap(LeaseSession::term);
    }

    private void serve(ServiceRegistration registration, Claim claim) {
        worker.execute(() -> {
            if (stopping) {
                return;
            }
            LeaseSession holder = session();
            holder.term().filter(term -> term.isValidAt(worker.nanoTime())).ifPresent(registration::leaseHeld);
            registration.serve(claim);
        });
    }

    /** The last one needs the lease no more; unless all stops, which gives it back by itself, in its time. */
    private void remove(ServiceIdentity identity, ServiceRegistration closed) {
        registrations.remove(identity.uuid(), closed);
        if (registrations.isEmpty() && !stopping) {
            closeSession();
            session = Optional.empty();
        }
    }

    private LeaseSession session() {
        if (session.isEmpty()) {
            LeaseSession holder = new LeaseSession(etcd, worker, settings.ttl(), random, new SharedLease());
            session = Optional.of(holder);
            start(holder);
        }
        return session.get();
    }

    /** With the lease that was left to it; or after what was left to another one is out of the way. */
    private void start(LeaseSession holder) {
        Optional<Inheritance> left = takeInheritance();
        if (left.isEmpty()) {
            holder.start();
        } else if (left.get().suits(layout, settings)) {
            holder.resume(left.get().lease());
        } else {
            worker.when(left.get().renounce(etcd, worker, settings.stopTimeout()), (revoked, failure) -> holder.start());
        }
    }

    /** It is seen to once. */
    private Optional<Inheritance> takeInheritance() {
        Optional<Inheritance> left = inheritance;
        inheritance = Optional.empty();
        return left;
    }

    private CompletableFuture<Void> closeSession() {
        return session.map(LeaseSession::close).orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** The one lease under which all registrations live. */
    private final class SharedLease implements LeaseSession.Listener {

        @Override
        public void leaseHeld(LeaseTerm term) {
            connected.complete(null);
            notifyEach(registration -> registration.leaseHeld(term));
        }

        @Override
        public void leaseLost(Loss loss, String why) {
            notifyEach(registration -> registration.leaseLost(loss, why));
        }

        @Override
        public void leaseNotGranted(EtcdException cause) {
            notifyEach(registration -> registration.leaseNotGranted(cause));
        }

        /** Each in a task of its own: one that fails keeps the notice neither from the others nor from the lease. */
        private void notifyEach(Consumer<ServiceRegistration> notice) {
            registrations.values().forEach(registration -> worker.execute(() -> notice.accept(registration)));
        }
    }
}
