package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Loss;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkiverse.lively.runtime.worker.Answers;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.smallrye.mutiny.Uni;

/**
 * One service that this process keeps alive, from when it is to be published until it is stopped. What decides about it happens
 * on the worker thread; any thread may ask where it stands.
 */
public final class ServiceRegistration implements Registration {

    private static final Logger LOG = Logger.getLogger(ServiceRegistration.class);

    /** The service that is registered. */
    enum Kind {
        /** The application itself. */
        APPLICATION("another quarkus.lively.service.type or quarkus.lively.service.host"),
        /** A further service, which the application registers by itself. */
        FURTHER("another type or host");

        private final String remedy;

        Kind(String remedy) {
            this.remedy = remedy;
        }

        /** The property or field to change if another service has the same names. */
        String remedy() {
            return remedy;
        }
    }

    private static final Set<RegistrationState> NOT_KEPT_ALIVE = EnumSet.of(RegistrationState.FENCED,
            RegistrationState.STOPPED, RegistrationState.DISABLED);

    private final ServiceIdentity identity;
    private final Worker worker;
    private final Platform platform;
    private final Supplier<Optional<LeaseTerm>> leases;
    private final Registrar.Settings settings;
    private final Answers answers;
    private final Consumer<ServiceRegistration> whenStopped;

    private final Publication publication;
    private final RegistrationReport report;
    private final OwnWord word;
    private Optional<Claim> claim = Optional.empty();
    /** Instead of the ones of the claim that it was to begin with. */
    private Optional<Map<String, String>> metadata = Optional.empty();
    private Optional<LeaseTerm> held = Optional.empty();
    private CompletableFuture<ServiceKeys> stopped;
    private volatile Supplier<CompletionStage<Void>> readinessCheck = () -> CompletableFuture.completedFuture(null);
    /** The fencing token after this registration has ended; null before. */
    private final AtomicReference<OptionalLong> lastToken = new AtomicReference<>();

    /**
     * @param publications makes what publishes the service and reports here
     * @param leases the lease of this process, as it is at the moment
     * @param word what this process says of it
     * @param changes told of each change of the state; called on the worker thread
     * @param settings how long things may take
     * @param whenStopped told once this registration is of no further use
     */
    ServiceRegistration(ServiceIdentity identity, Kind kind, Worker worker, Platform platform,
            Function<Publication.Listener, Publication> publications, Supplier<Optional<LeaseTerm>> leases, OwnWord word,
            Registrar.Settings settings, Standing beginning, Consumer<RegistrationChange> changes, LivelyMetrics metrics,
            Consumer<ServiceRegistration> whenStopped) {
        this.identity = identity;
        this.worker = worker;
        this.platform = platform;
        this.report = new RegistrationReport(this, identity, kind, worker, beginning, changes, metrics,
                () -> whenStopped.accept(this));
        this.publication = publications.apply(report);
        this.leases = leases;
        this.word = word;
        this.settings = settings;
        this.answers = new Answers(platform.pool());
        this.whenStopped = whenStopped;
    }

    /**
     * On the worker thread: the service is to be published from now on, whenever there is a lease. Only the first call counts.
     */
    void serve(Claim asClaimed) {
        if (claim.isEmpty()) {
            claim = Optional.of(metadata.map(set -> Incarnation.with(set, asClaimed.toBuilder())).orElse(asClaimed));
            if (word.wanted().isEmpty()) {
                report.explain("its readiness is not known yet");
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
        return report.outcome();
    }

    private void say(Runnable change) {
        Optional<Wanted> before = word.wanted();
        change.run();
        Optional<Wanted> after = word.wanted();
        if (before.isEmpty()) {
            publish();
        } else if (!before.equals(after)) {
            after.ifPresent(publication::want);
        }
    }

    private void publish() {
        if (claim.isPresent() && held.isPresent() && word.wanted().isPresent()) {
            publication.publish(claim.get(), held.get(), word.wanted().get());
        }
    }

    void leaseLost(Loss loss, String why) {
        held = Optional.empty();
        publication.suspend();
        report.leaseLost(loss, why);
    }

    /** On the worker thread: there is no lease, and none is granted. */
    void leaseNotGranted(EtcdException cause) {
        report.failed(publication.isHeld(), cause);
    }

    /**
     * Before anything else: an earlier start of the application left the service to this one.
     *
     * @param claimed whether that start had claimed it
     */
    void resume(boolean claimed) {
        publication.resume(claimed);
    }

    /** Whether this process has ever been the owner, as far as it knows. On the worker thread. */
    boolean isClaimed() {
        return publication.isClaimed();
    }

    /**
     * On the worker thread: leaves the service as it is, under its lease, to the next start of the application.
     *
     * @return whether there is anything to leave; if not, nothing has changed
     */
    boolean handOver() {
        if (NOT_KEPT_ALIVE.contains(report.standing().state())) {
            return false;
        }
        stopped = CompletableFuture.completedFuture(report.standing().keys());
        keepToken(fencingToken());
        publication.leave();
        if (lastToken.get().isEmpty()) {
            publication.unwatch();
        }
        report.handedOver();
        return true;
    }

    /**
     * Publishes DOWN and gives the claim up, since the application stops; any thread. Fails if that cannot be done in time. The
     * fencing token stays readable until {@link #forgetToken}, or until another process claims the service.
     */
    CompletableFuture<Void> stop(Duration limit) {
        return stop(TakeDown.Word.DOWN, limit, this::fencingToken);
    }

    /** The application has closed; any thread. */
    void forgetToken() {
        lastToken.set(OptionalLong.empty());
        worker.execute(publication::unwatch);
    }

    /** @param token what the fencing token is from now on */
    CompletableFuture<Void> stop(TakeDown.Word lastWord, Duration limit, Supplier<OptionalLong> token) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        worker.execute(() -> {
            if (stopped == null) {
                keepToken(token.get());
                report.updates().failed(report.metadataRefused("it is being stopped"));
                stopped = publication.retire(lastWord, limit, this::ended);
                if (lastToken.get().isEmpty()) {
                    // After the last transaction is on its way.
                    publication.unwatch();
                }
                stopped.exceptionally(failure -> {
                    report.stoppedWithoutAWord(EtcdException.of(failure));
                    return null;
                });
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

    /** Keeps the token, unless it was forgotten already. */
    private void keepToken(OptionalLong token) {
        lastToken.compareAndSet(null, token);
        if (lastToken.get().isPresent()) {
            publication.onSuccessor(() -> lastToken.set(OptionalLong.empty()));
        }
    }

    /** It may have been stopped long before. */
    private void ended(ServiceKeys keys, Throwable failure) {
        if (failure == null) {
            report.stopped(keys, publication.isEphemeral());
        } else {
            report.stoppedWithoutAWord(EtcdException.of(failure));
        }
        whenStopped.accept(this);
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
        if (NOT_KEPT_ALIVE.contains(state())) {
            return Optional.empty();
        }
        long now = worker.nanoTime();
        return leases.get().map(term -> new Lease(String.format("%016x", term.id()), term.ttl(), term.remainingAt(now)));
    }

    @Override
    public OptionalLong fencingToken() {
        // Read before the last token: a registration that reads STOPPED has one.
        Standing now = current();
        OptionalLong last = lastToken.get();
        if (last != null) {
            return last;
        }
        boolean ours = now.state() == RegistrationState.REGISTERED
                || now.state() == RegistrationState.HELD_DOWN && now.isUnderValid(leases.get(), worker.nanoTime());
        return ours ? OptionalLong.of(now.keys().fencingToken()) : OptionalLong.empty();
    }

    @Override
    public ServiceRecord record() {
        return current().record(identity);
    }

    @Override
    public void down(String why) {
        Objects.requireNonNull(why, "reason");
        worker.execute(() -> say(() -> word.application(Optional.of(PrintableText.of(why)))));
    }

    @Override
    public void up() {
        worker.execute(() -> say(() -> word.application(Optional.empty())));
    }

    @Override
    public void updateMetadata(Map<String, String> newMetadata) {
        if (!BlockingOperationControl.isBlockingAllowed()) {
            throw new BlockingOperationNotAllowedException("Updating metadata waits for etcd and must not be done on an event"
                    + " loop: call updateMetadataAsync");
        }
        try {
            updatingMetadata(newMetadata).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw report.metadataNotStored("interrupted while waiting for etcd", e);
        }
    }

    @Override
    public Uni<Void> updateMetadataAsync(Map<String, String> newMetadata) {
        return answers.to(() -> updatingMetadata(newMetadata));
    }

    /**
     * As {@link #updateMetadata}, but without blocking. Done when that would return.
     *
     * @throws InvalidServiceException if they cannot be published
     */
    public CompletableFuture<Void> updatingMetadata(Map<String, String> newMetadata) {
        Map<String, String> checked = Announcements.checked(newMetadata);
        RegistrationState now = state();
        if (NOT_KEPT_ALIVE.contains(now)) {
            // At once: after the end there is no worker any more.
            return CompletableFuture.failedFuture(report.metadataRefused("it is " + now + ", since " + reason()));
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        worker.execute(() -> update(checked, result));
        return platform.orTimeout(result, settings.ttl()).exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                failure instanceof TimeoutException
                        ? report.metadataNotStored("etcd has not answered within " + settings.ttl().toSeconds() + " s", failure)
                        : failure));
    }

    private void update(Map<String, String> newMetadata, CompletableFuture<Void> result) {
        RegistrationState now = state();
        if (NOT_KEPT_ALIVE.contains(now) || stopped != null) {
            result.completeExceptionally(
                    report.metadataRefused(stopped != null ? "it is being stopped" : "it is " + now + ", since " + reason()));
            return;
        }
        metadata = Optional.of(newMetadata);
        report.updates().add(newMetadata, result);
        if (now == RegistrationState.STARTING || now == RegistrationState.LOST) {
            report.updates().kept();
        }
        claim = claim.map(present -> Incarnation.with(newMetadata, present.toBuilder()));
        claim.ifPresent(publication::describe);
    }

    @Override
    public Uni<Void> checkReadiness() {
        return answers.to(readinessCheck::get);
    }

    /** @param check asks the readiness checks that decide about this registration; done once they have answered */
    public void checkReadinessBy(Supplier<CompletionStage<Void>> check) {
        readinessCheck = check;
    }

    @Override
    public Uni<Void> closeAsync() {
        return answers.to(this::closing);
    }

    @Override
    public void abandon() {
        end(TakeDown.Word.NOTHING);
    }

    @Override
    public void close() {
        end(TakeDown.Word.DOWN);
    }

    /** As {@link #abandon()}, but without blocking. Done when that would return. Never fails. */
    public CompletableFuture<Void> abandoning() {
        return ending(TakeDown.Word.NOTHING);
    }

    /** As {@link #close()}, but without blocking. Done when that would return. Never fails. */
    public CompletableFuture<Void> closing() {
        return ending(TakeDown.Word.DOWN);
    }

    private void end(TakeDown.Word lastWord) {
        if (!isOver() && !BlockingOperationControl.isBlockingAllowed()) {
            throw new BlockingOperationNotAllowedException("Closing a registration waits for etcd and must not be done on an"
                    + " event loop");
        }
        ending(lastWord).join();
    }

    private CompletableFuture<Void> ending(TakeDown.Word lastWord) {
        if (isOver()) {
            forgetToken();
            return CompletableFuture.completedFuture(null);
        }
        return platform.orTimeout(stop(lastWord, settings.stopTimeout(), OptionalLong::empty), settings.stopTimeout())
                .handle((nothing, failure) -> {
                    if (failure != null) {
                        LOG.debugf(failure, "%s was closed without a word", identity);
                    }
                    forgetToken();
                    return null;
                });
    }

    private boolean isOver() {
        RegistrationState now = report.standing().state();
        return now == RegistrationState.STOPPED || now == RegistrationState.DISABLED;
    }

    private Standing current() {
        return report.standing().asOfNow(leases.get(), worker);
    }
}
