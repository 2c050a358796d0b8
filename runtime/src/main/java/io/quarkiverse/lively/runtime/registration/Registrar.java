package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;

/**
 * Keeps what this process registers alive: one lease, and who lives under it. All methods may be called on any thread, and
 * none blocks.
 */
public final class Registrar implements LeaseSession.Listener {

    private final Worker worker;
    private final Incarnation incarnation;
    private final LeaseSession session;
    private final ServiceRegistration own;
    private final boolean enabled;

    private boolean serving;
    private Optional<Endpoint> endpoint = Optional.empty();

    /**
     * What is registered, and how.
     *
     * @param enabled if false, nothing is registered
     * @param ttl how long the service outlives its last renewal
     * @param stopTimeout how long closing the registration may take
     * @param version of the application
     * @param metadata what the process says of itself
     */
    public record Settings(boolean enabled, ServiceIdentity identity, Duration ttl, Duration stopTimeout, String version,
            Map<String, String> metadata) {
    }

    public Registrar(Etcd etcd, KeyLayout layout, Worker worker, RandomGenerator random, Settings settings) {
        this.worker = worker;
        this.enabled = settings.enabled();
        this.incarnation = Incarnation.started(worker.now(), settings.version(), settings.metadata());
        this.session = new LeaseSession(etcd, worker, settings.ttl(), random, this);
        OwnerWrites writes = new OwnerWrites(layout, settings.identity());
        this.own = new ServiceRegistration(settings.identity(), worker,
                listener -> new Publication(etcd, worker, writes, incarnation, settings.ttl(), random, session::gone, listener),
                session::term, settings.stopTimeout(), enabled ? RegistrationState.STARTING : RegistrationState.DISABLED,
                enabled ? "the application is starting" : "quarkus.lively.registration.enabled is false");
    }

    /** The registration of the application. */
    public Registration own() {
        return own;
    }

    /** Gets a lease, and keeps trying to. Nothing is registered yet. */
    public void start() {
        if (enabled) {
            worker.execute(session::start);
        }
    }

    /**
     * The application serves from now on: registers it.
     *
     * @param where empty if it serves nothing
     */
    public void serve(Optional<Endpoint> where) {
        worker.execute(() -> {
            if (enabled && !serving) {
                serving = true;
                endpoint = where;
                session.term().ifPresent(this::leaseHeld);
            }
        });
    }

    /**
     * Publishes DOWN and lets go. Fails if that cannot be done in time; then the lease is given back at once, if that can be
     * done: the service is not UP, at least.
     */
    public CompletableFuture<Void> stop(Duration limit) {
        if (!enabled) {
            return CompletableFuture.completedFuture(null);
        }
        Duration forDown = limit.multipliedBy(3).dividedBy(4);
        CompletableFuture<Void> done = new CompletableFuture<>();
        worker.when(own.stop(forDown), (nothing, failure) -> {
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
        if (serving) {
            own.publish(incarnation.claim(endpoint), term);
        }
    }

    @Override
    public void leaseLost(String why) {
        own.leaseLost(why);
    }

    @Override
    public void leaseNotGranted(EtcdException cause) {
        own.failed(cause);
    }
}
