package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Claim;

/**
 * Keeps what this process registers alive: one lease, and who lives under it. All methods may be called on any thread,
 * and none blocks.
 */
public final class Registrar implements LeaseSession.Listener {

    private final Etcd etcd;
    private final KeyLayout layout;
    private final Worker worker;
    private final RandomGenerator random;
    private final Settings settings;
    private final Incarnation incarnation;
    private final LeaseSession session;
    private final ServiceRegistration own;
    private final Map<String, ServiceRegistration> registrations = new ConcurrentHashMap<>();

    private boolean started;
    private volatile boolean stopping;

    /**
     * What is registered, and how.
     *
     * @param enabled if false, the application is not registered; it may still register others
     * @param ttl how long a service outlives its last renewal
     * @param stopTimeout how long closing a registration may take
     * @param version of the application
     * @param metadata what the application says of itself
     */
    public record Settings(boolean enabled, ServiceIdentity identity, Duration ttl, Duration stopTimeout, String version,
            Map<String, String> metadata) {
    }

    public Registrar(Etcd etcd, KeyLayout layout, Worker worker, RandomGenerator random, Settings settings) {
        this.etcd = etcd;
        this.layout = layout;
        this.worker = worker;
        this.random = random;
        this.settings = settings;
        this.incarnation = Incarnation.started(worker.now(), settings.version());
        this.session = new LeaseSession(etcd, worker, settings.ttl(), random, this);
        this.own = settings.enabled()
                ? registration(settings.identity(), RegistrationState.STARTING, "the application is starting")
                : registration(settings.identity(), RegistrationState.DISABLED,
                        "quarkus.lively.registration.enabled is false");
        if (settings.enabled()) {
            registrations.put(settings.identity().uuid(), own);
        }
    }

    /** The registration of the application. */
    public Registration own() {
        return own;
    }

    /** How this application signs what it says of other services. */
    public String signature() {
        return settings.identity().type() + "@" + settings.identity().host();
    }

    /** Gets a lease, and keeps trying to. Nothing is registered yet. */
    public void start() {
        if (settings.enabled()) {
            worker.execute(this::startSession);
        }
    }

    /**
     * The application serves from now on: registers it.
     *
     * @param where empty if it serves nothing
     */
    public void serve(Optional<Endpoint> where) {
        if (settings.enabled()) {
            serve(own, incarnation.claim(where, settings.metadata()));
        }
    }

    /**
     * Registers a further service, until it is closed. An empty uuid follows from its type and host.
     *
     * @throws ServiceConflictException if this process has registered that uuid already
     * @throws IllegalStateException if this process is stopping
     */
    public Registration register(ServiceRecord record) {
        ServiceIdentity identity = layout.identityOf(record);
        if (stopping) {
            throw new IllegalStateException("The application is stopping, and registers nothing any more");
        }
        ServiceRegistration further = registration(identity, RegistrationState.STARTING, "it was just registered");
        if (registrations.putIfAbsent(identity.uuid(), further) != null) {
            throw new ServiceConflictException(identity.uuid(), "uuid",
                    "This process has registered " + identity + " already: close that registration first");
        }
        serve(further, incarnation.claim(record.endpoint(), record.metadata()));
        return further;
    }

    /**
     * Publishes DOWN and lets go of all. Fails if that cannot be done in time; then the lease is given back at once, if
     * that can be done: nothing is UP, at least.
     */
    public CompletableFuture<Void> stop(Duration limit) {
        stopping = true;
        Duration forDown = limit.multipliedBy(3).dividedBy(4);
        CompletableFuture<Void> allDown = CompletableFuture.allOf(registrations.values().stream()
                .map(registration -> registration.stop(forDown)).toArray(CompletableFuture[]::new));
        CompletableFuture<Void> done = new CompletableFuture<>();
        worker.when(allDown, (nothing, failure) -> {
            if (failure == null) {
                session.orphan();
                done.complete(null);
            } else {
                worker.after(limit.minus(forDown), () -> done.completeExceptionally(failure));
                session.close().whenComplete((revoked, unrevoked) -> done.completeExceptionally(failure));
            }
        });
        return done;
    }

    /** Gives the lease back. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.supplyAsync(session::close, worker).thenCompose(revoked -> revoked);
    }

    @Override
    public void leaseHeld(LeaseTerm term) {
        List.copyOf(registrations.values()).forEach(registration -> registration.leaseHeld(term));
    }

    @Override
    public void leaseLost(String why) {
        List.copyOf(registrations.values()).forEach(registration -> registration.leaseLost(why));
    }

    @Override
    public void leaseNotGranted(EtcdException cause) {
        List.copyOf(registrations.values()).forEach(registration -> registration.failed(cause));
    }

    private ServiceRegistration registration(ServiceIdentity identity, RegistrationState state, String reason) {
        OwnerWrites writes = new OwnerWrites(layout, identity);
        return new ServiceRegistration(identity, worker, listener -> new Publication(etcd, worker, writes, incarnation,
                settings.ttl(), random, session::gone, listener), session::term, settings.stopTimeout(), state, reason,
                closed -> registrations.remove(identity.uuid(), closed));
    }

    private void serve(ServiceRegistration registration, Claim claim) {
        worker.execute(() -> {
            startSession();
            registration.serve(claim);
            session.term().ifPresent(registration::leaseHeld);
        });
    }

    private void startSession() {
        if (!started) {
            started = true;
            session.start();
        }
    }
}
