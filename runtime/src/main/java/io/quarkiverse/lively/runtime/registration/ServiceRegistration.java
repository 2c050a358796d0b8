package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.ServiceRecords;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.BlockingOperationNotAllowedException;

/**
 * One service that this process keeps alive, and where it stands. The state changes on the worker thread; any thread may read
 * it. That a registration is lost is read off the clock, so it is known at the very moment, and not only when a timer gets to
 * run.
 */
final class ServiceRegistration implements Registration, Publication.Listener {

    private static final Logger LOG = Logger.getLogger(ServiceRegistration.class);

    private final ServiceIdentity identity;
    private final String remedy;
    private final Worker worker;
    private final Supplier<Optional<LeaseTerm>> leases;
    private final Duration stopTimeout;
    private final Consumer<ServiceRegistration> whenStopped;

    private final Publication publication;
    private final OwnWord word;
    private final Consumer<RegistrationChange> changes;
    private Optional<Claim> claim = Optional.empty();
    private Optional<LeaseTerm> held = Optional.empty();
    private CompletableFuture<ServiceKeys> stopped;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private String lastRefusal = "";
    private volatile Standing standing;

    /**
     * @param lease under which the keys were written; empty before that
     */
    private record Standing(RegistrationState state, Instant since, String reason, ServiceKeys keys,
            Optional<LeaseTerm> lease) {
    }

    /**
     * @param remedy what its user has to change if another service has its names
     * @param publications makes what publishes the service and reports here
     * @param leases the lease of this process, as it is at the moment
     * @param word what this process says of it
     * @param changes told of each change of the state; called on the worker thread
     * @param whenStopped told once this registration is of no further use
     * @param stopTimeout how long {@link #close()} may take
     */
    ServiceRegistration(ServiceIdentity identity, String remedy, Worker worker,
            Function<Publication.Listener, Publication> publications,
            Supplier<Optional<LeaseTerm>> leases, OwnWord word, Duration stopTimeout, RegistrationState state, String reason,
            Consumer<RegistrationChange> changes, Consumer<ServiceRegistration> whenStopped) {
        this.identity = identity;
        this.remedy = remedy;
        this.worker = worker;
        this.publication = publications.apply(this);
        this.leases = leases;
        this.word = word;
        this.changes = changes;
        this.stopTimeout = stopTimeout;
        this.whenStopped = whenStopped;
        this.standing = new Standing(state, worker.now(), reason, ServiceKeys.ABSENT, Optional.empty());
    }

    /**
     * On the worker thread: the service is to be published from now on, whenever there is a lease. Only the first call counts.
     */
    void serve(Claim asClaimed) {
        if (claim.isEmpty()) {
            claim = Optional.of(asClaimed);
            if (word.wanted().isEmpty()) {
                explain("its readiness is not known yet");
            }
            publish();
        }
    }

    /** On the worker thread. */
    void leaseHeld(LeaseTerm lease) {
        held = Optional.of(lease);
        publish();
    }

    /**
     * On the worker thread.
     *
     * @param whyNot empty if it is ready
     */
    void readiness(Optional<String> whyNot) {
        say(() -> word.readiness(whyNot));
    }

    /** Done once it is registered, even if as DOWN; fails if that was refused before. */
    CompletableFuture<Void> outcome() {
        return outcome;
    }

    private void say(Runnable change) {
        Optional<Wanted> before = word.wanted();
        change.run();
        Optional<Wanted> after = word.wanted();
        if (before.isEmpty()) {
            publish();
        } else if (!before.equals(after)) {
            publication.want(after.orElseThrow());
        }
    }

    private void publish() {
        if (claim.isPresent() && held.isPresent() && word.wanted().isPresent()) {
            publication.publish(claim.get(), held.get(), word.wanted().get());
        }
    }

    void leaseLost(String why) {
        held = Optional.empty();
        publication.suspend();
        if (standing.state() == RegistrationState.REGISTERED) {
            lost(why);
        }
    }

    /** Before anything else: an earlier start of the application left the service to this one. */
    void resume() {
        publication.resume();
    }

    /**
     * On the worker thread: leaves the service as it is, under its lease, to the next start of the application.
     *
     * @return whether there is anything to leave; if not, nothing has changed
     */
    boolean handOver() {
        boolean over = standing.state() == RegistrationState.FENCED || standing.state() == RegistrationState.STOPPED
                || standing.state() == RegistrationState.DISABLED;
        if (over) {
            return false;
        }
        stopped = CompletableFuture.completedFuture(standing.keys());
        publication.leave();
        stand(RegistrationState.STOPPED, "the application is reloaded: its next start goes on with it");
        return true;
    }

    /** Publishes DOWN and lets go; any thread. Fails if that cannot be done in time. */
    CompletableFuture<Void> stop(Duration limit) {
        return stop(TakeDown.Word.DOWN, limit);
    }

    /** Lets go without a word; any thread. Fails if that cannot be done in time. */
    CompletableFuture<Void> abandon(Duration limit) {
        return stop(TakeDown.Word.NOTHING, limit);
    }

    private CompletableFuture<Void> stop(TakeDown.Word lastWord, Duration limit) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        worker.execute(() -> {
            if (stopped == null) {
                stopped = publication.retire(lastWord, limit, () -> whenStopped.accept(this));
                stopped.whenComplete(this::stoppedWith);
            }
            stopped.whenComplete((keys, failure) -> {
                if (failure == null) {
                    result.complete(null);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        });
        return result;
    }

    @Override
    public void registered(ServiceKeys keys, LeaseTerm lease, Wanted wanted) {
        Standing before = standing;
        lastRefusal = "";
        outcome.complete(null);
        stand(RegistrationState.REGISTERED, wanted.why(), keys, Optional.of(lease));
        if (before.state() != RegistrationState.REGISTERED) {
            LOG.infof("Registered %s as %s, under a lease of %d s", identity, word(wanted), lease.ttl().toSeconds());
        } else if (!before.reason().equals(wanted.why())) {
            LOG.infof("Published %s as %s", identity, word(wanted));
        }
    }

    private static String word(Wanted wanted) {
        return wanted.isUp() ? "UP" : "DOWN, since " + wanted.why();
    }

    @Override
    public void held(ServiceKeys keys, LeaseTerm lease, Hold hold) {
        RegistrationState before = standing.state();
        lastRefusal = "";
        outcome.complete(null);
        String why = "kept DOWN by " + printable(hold.getBy())
                + (hold.getNote().isEmpty() ? "" : ": " + printable(hold.getNote()))
                + (hold.getEnd() == 0 ? "" : ", until " + Instant.ofEpochMilli(hold.getEnd()));
        stand(RegistrationState.HELD_DOWN, why, keys, Optional.of(lease));
        if (before != RegistrationState.HELD_DOWN) {
            LOG.warnf("%s is %s. What it says of itself will be published when that ends", identity, why);
        }
    }

    @Override
    public void tookOver(Claim former, Claim mine) {
        if (Verdict.haveSameAddress(former, mine)) {
            LOG.infof("%s was still registered by the process that had the address %s before", identity, address(mine));
        } else {
            LOG.warnf(
                    "%s was registered by another process, at %s, and this one, at %s, has taken it over. If both are to live,"
                            + " give one of them %s",
                    identity, address(former), address(mine), remedy);
        }
    }

    @Override
    public void fenced(Claim by) {
        RegistrationState before = standing.state();
        String why = "another process registered as the same service, at " + address(by)
                + "; if both are to live, give one of them " + remedy;
        stand(RegistrationState.FENCED, why);
        if (before != RegistrationState.FENCED) {
            LOG.warnf("%s: %s. This process writes nothing of it any more", identity, why);
        }
    }

    @Override
    public void waitingFor(Claim owner) {
        String why = "WAITING_FOR the process at " + address(owner) + ", which is registered as the same service;"
                + " quarkus.lively.registration.on-conflict is 'wait'";
        explain(why);
        if (!why.equals(lastRefusal)) {
            lastRefusal = why;
            LOG.infof("%s is not registered yet: %s", identity, why);
        }
    }

    @Override
    public void refused(Claim owner) {
        String why = "another process, at " + address(owner) + ", is registered as the same service, and "
                + "quarkus.lively.registration.on-conflict is 'fail'; choose " + remedy;
        stand(RegistrationState.STOPPED, why);
        LOG.errorf("%s is not registered: %s", identity, why);
        outcome.completeExceptionally(new IllegalStateException(why));
        whenStopped.accept(this);
    }

    @Override
    public void nameTaken(ServiceKeys keys, String uuid) {
        noteLoss(keys);
        refused("NAME_TAKEN: the service " + printable(uuid) + " has the type " + identity.type() + " and the host "
                + identity.host() + " and is alive or held; choose " + remedy + ", or its uuid");
    }

    @Override
    public void failed(ServiceKeys keys, EtcdException cause) {
        noteLoss(keys);
        failed(cause);
    }

    /** There is no lease, and none is granted. */
    void failed(EtcdException cause) {
        if (cause.kind() == EtcdException.Kind.REFUSED) {
            refused(cause.getMessage());
        } else {
            explain(cause.getMessage());
        }
    }

    @Override
    public RegistrationState state() {
        return current().state();
    }

    @Override
    public Instant since() {
        return current().since();
    }

    @Override
    public String reason() {
        return current().reason();
    }

    @Override
    public Optional<Lease> lease() {
        long now = worker.nanoTime();
        return leases.get().map(term -> new Lease(String.format("%016x", term.id()), term.ttl(), term.remainingAt(now)));
    }

    @Override
    public OptionalLong fencingToken() {
        Standing now = current();
        boolean ours = now.state() == RegistrationState.REGISTERED
                || now.state() == RegistrationState.HELD_DOWN && validLease(now).isPresent();
        return ours ? OptionalLong.of(now.keys().owner().modRevision()) : OptionalLong.empty();
    }

    @Override
    public ServiceRecord record() {
        Standing now = current();
        if (now.keys().service().value().isEmpty()) {
            return new ServiceRecord(identity.uuid(), identity.type(), identity.host(), identity.region(), Status.DOWN,
                    Optional.empty(), Optional.empty(), Map.of(), false, Liveness.UNKNOWN, Reason.UNKNOWN, Optional.empty(), 0);
        }
        ServiceRecord last = ServiceRecords.of(now.keys());
        return switch (now.state()) {
            case LOST -> last.withLiveness(Liveness.EXPIRED, Reason.EXPIRED);
            case FENCED -> last.withLiveness(Liveness.UNKNOWN, Reason.TAKEOVER);
            default -> last;
        };
    }

    @Override
    public void down(String why) {
        if (why == null) {
            throw new InvalidServiceException("reason", "the reason must not be null");
        }
        worker.execute(() -> say(() -> word.application(Optional.of(printable(why)))));
    }

    @Override
    public void up() {
        worker.execute(() -> say(() -> word.application(Optional.empty())));
    }

    @Override
    public void abandon() {
        end(TakeDown.Word.NOTHING);
    }

    @Override
    public void close() {
        end(TakeDown.Word.DOWN);
    }

    private void end(TakeDown.Word lastWord) {
        RegistrationState now = standing.state();
        if (now == RegistrationState.STOPPED || now == RegistrationState.DISABLED) {
            return;
        }
        if (!BlockingOperationControl.isBlockingAllowed()) {
            throw new BlockingOperationNotAllowedException("Closing a registration waits for etcd and must not be done on an"
                    + " event loop");
        }
        try {
            stop(lastWord, stopTimeout).orTimeout(stopTimeout.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException | CancellationException e) {
            LOG.debugf(e, "%s was closed without a word", identity);
        }
    }

    private Standing current() {
        Standing last = standing;
        if (last.state() != RegistrationState.REGISTERED) {
            return last;
        }
        if (validLease(last).isPresent()) {
            return last;
        }
        long now = worker.nanoTime();
        Instant since = leases.get().map(term -> worker.now().minusNanos(Math.max(0, now - term.validUntil())))
                .orElseGet(worker::now);
        return new Standing(RegistrationState.LOST, since, "its lease may have run out", last.keys(), last.lease());
    }

    /** The lease under which it was written, if that is certain to live. */
    private Optional<LeaseTerm> validLease(Standing written) {
        long now = worker.nanoTime();
        return leases.get().filter(term -> term.isValidAt(now))
                .filter(term -> written.lease().filter(under -> under.id() == term.id()).isPresent());
    }

    private void stoppedWith(ServiceKeys keys, Throwable failure) {
        if (failure == null) {
            stand(RegistrationState.STOPPED, "it was stopped", keys, standing.lease());
            if (keys.service().exists()) {
                LOG.infof("Stopped %s", identity);
            }
        } else {
            String why = EtcdException.of(failure).getMessage();
            stand(RegistrationState.STOPPED, "it was stopped, but DOWN could not be written: " + why);
            LOG.warnf("%s could not be published as DOWN: %s. It expires with the lease of this process, if not before",
                    identity, why);
        }
    }

    /** Its lease may live on, but it is not registered when its keys are gone and cannot be put back. */
    private void noteLoss(ServiceKeys now) {
        ServiceKeys before = standing.keys();
        boolean gone = before.owner().exists() && !now.owner().exists() || before.up().exists() && !now.up().exists();
        if (gone && standing.state() == RegistrationState.REGISTERED) {
            lost("its keys were deleted");
        }
    }

    private void lost(String why) {
        stand(RegistrationState.LOST, why);
        LOG.warnf("%s is not registered any more, since %s. It will be registered again as soon as etcd allows it", identity,
                why);
    }

    /** What keeps it from being registered is the reason of the state that it is in. */
    private void explain(String why) {
        if (standing.state() == RegistrationState.STARTING || standing.state() == RegistrationState.LOST) {
            stand(standing.state(), why);
        }
    }

    /** Registered, it stays so as long as etcd renews the lease; but nothing can be looked at, or changed. */
    private void refused(String why) {
        boolean registered = standing.state() == RegistrationState.REGISTERED;
        if (registered) {
            stand(RegistrationState.REGISTERED, "it is " + ServiceRecords.of(standing.keys()).status() + ", but " + why);
        } else {
            explain(why);
        }
        if (!why.equals(lastRefusal)) {
            lastRefusal = why;
            LOG.warnf("%s %s: %s. Trying again", identity,
                    registered ? "is registered, but that cannot be kept up" : "cannot be registered", why);
        }
        outcome.completeExceptionally(new IllegalStateException(why));
    }

    private void stand(RegistrationState state, String reason) {
        stand(state, reason, standing.keys(), standing.lease());
    }

    private void stand(RegistrationState state, String reason, ServiceKeys keys, Optional<LeaseTerm> lease) {
        RegistrationState before = standing.state();
        standing = new Standing(state, before == state ? standing.since() : worker.now(), reason, keys, lease);
        if (before != state) {
            changes.accept(new RegistrationChange(this, before, state, reason));
        }
    }

    private static String address(Claim claim) {
        return claim.getPort() == 0 ? "an unknown address" : printable(claim.getAddress()) + ":" + claim.getPort();
    }

    /** Somebody else's text goes into a log and onto pages: as one line. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }
}
