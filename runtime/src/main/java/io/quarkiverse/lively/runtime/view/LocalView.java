package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.worker.DrainLoop;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/** The view: read on any thread, written on the worker. Until it is started it asks etcd nothing, and uses no thread. */
public final class LocalView implements LivenessView {

    /** etcd tells of a write within milliseconds. After this time it has probably nothing to tell. */
    private static final Duration USUAL_DELAY = Duration.ofMillis(500);

    private final Worker worker;
    private final Executor pool;
    private final ViewSettings settings;
    private final RevisionWaits waits;
    private final Board board;
    private final Follower follower;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final LongAdder listenerFailures = new LongAdder();
    /** Answers that are there, and that no thread has taken yet. */
    private final Set<DrainLoop> waitingForThread = Collections.synchronizedSet(new LinkedHashSet<>());
    private volatile boolean closed;

    /**
     * @param pool where subscribers are called, who may block
     */
    public LocalView(RegistryFeed feed, Replica replica, Worker worker, Executor pool, RandomGenerator random,
            ViewSettings settings, LivelyMetrics metrics) {
        this.worker = new GuardedWorker(worker, this::failed);
        this.pool = pool;
        this.settings = settings;
        this.waits = new RevisionWaits(this.worker);
        this.board = new Board(this.worker, settings.suspectLimit(), this::shows, metrics);
        this.follower = new Follower(feed, replica, board, this.worker, random, settings);
    }

    /** Whether anybody uses it. */
    public boolean isStarted() {
        return started.get();
    }

    /** Starts to follow etcd, in the background. May be called again, to no effect, and has none after {@link #close}. */
    public void start() {
        if (!started.get() && started.compareAndSet(false, true)) {
            worker.execute(follower::start);
        }
    }

    /**
     * Ends all subscriptions and all waits; what comes later fails at once. The last answers stay. It asks etcd nothing, so it
     * takes no time. Completes on the worker; at once if it was never started.
     */
    public CompletableFuture<Void> close() {
        closed = true;
        List.copyOf(waitingForThread).forEach(DrainLoop::close);
        ready.completeExceptionally(closed());
        if (started.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.runAsync(() -> {
            waits.close(closed());
            board.close();
            follower.close();
        }, worker);
    }

    /** How often a listener has thrown something. */
    public long listenerFailures() {
        return listenerFailures.sum();
    }

    @Override
    public boolean isUp(String uuid) {
        ServiceRecord service = lookUp(shown(), uuid);
        return service != null && service.isUp();
    }

    @Override
    public boolean isUp(String type, String host) {
        ServiceRecord service = lookUp(shown(), type, host);
        return service != null && service.isUp();
    }

    @Override
    public Optional<Liveness> liveness(String uuid) {
        Shown shown = shown();
        return shown.isLoading() ? Optional.of(Liveness.UNKNOWN)
                : Optional.ofNullable(lookUp(shown, uuid)).map(ServiceRecord::liveness);
    }

    @Override
    public Optional<ServiceRecord> find(String uuid) {
        return Optional.ofNullable(lookUp(shown(), uuid));
    }

    @Override
    public Optional<ServiceRecord> find(String type, String host) {
        return Optional.ofNullable(lookUp(shown(), type, host));
    }

    @Override
    public Optional<Instant> lastSeenAlive(String uuid) {
        Shown shown = shown();
        return Optional.ofNullable(lookUp(shown, uuid)).flatMap(found -> shown.fleet().lastSeenAlive(found.uuid()));
    }

    @Override
    public List<ServiceRecord> list(ServiceQuery query) {
        return shown().fleet().list(ServiceIdentity.checked(query));
    }

    @Override
    public Freshness freshness() {
        Shown shown = shown();
        Optional<Moment> asOf = Optional.of(shown.asOf()).filter(moment -> !shown.isLoading());
        return new Freshness(shown.state(), shown.fleet().revision(), asOf.map(Moment::time),
                asOf.map(moment -> Duration.ofNanos(worker.nanoTime() - moment.nanoTime())));
    }

    @Override
    public Uni<Void> awaitReady() {
        return Uni.createFrom().completionStage(() -> {
            if (closed) {
                return CompletableFuture.failedFuture(closed());
            }
            start();
            return onPool(ready);
        });
    }

    @Override
    public Uni<Void> awaitRevision(long revision) {
        return Uni.createFrom().completionStage(() -> {
            Shown shown = shown();
            if (!shown.isLoading() && shown.fleet().revision() >= revision) {
                return CompletableFuture.completedFuture(null);
            }
            if (closed) {
                return CompletableFuture.failedFuture(closed());
            }
            CompletableFuture<Void> arrival = new CompletableFuture<>();
            worker.execute(() -> await(revision, arrival));
            if (closed) {
                // It may have been too late for the worker.
                arrival.completeExceptionally(closed());
            }
            return onPool(arrival);
        });
    }

    @Override
    public Uni<ServiceRecord> awaitUp(ServiceQuery query) {
        ServiceQuery checked = ServiceIdentity.checked(query);
        if (!checked.liveness().isEmpty() && !checked.liveness().contains(Liveness.UP)) {
            throw new InvalidServiceException("liveness", "a service that is UP is awaited, and the query accepts only "
                    + checked.liveness());
        }
        return watch(checked.withLiveness(Liveness.UP)).map(LocalView::present).select().where(Optional::isPresent).toUni()
                .onItem().ifNull().failWith(LocalView::closed).map(Optional::orElseThrow);
    }

    @Override
    public Multi<LivenessEvent> watch(ServiceQuery query) {
        ServiceQuery checked = ServiceIdentity.checked(query);
        return Multi.createFrom().publisher(subscriber -> subscribe(checked, subscriber));
    }

    /**
     * As {@link #watch(ServiceQuery)}, for a listener that may block. One that throws something is called again with the next
     * event.
     *
     * @throws RegistryUnavailableException after {@link #close}
     */
    public Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener) {
        if (closed) {
            throw closed();
        }
        return subscribe(ServiceIdentity.checked(query), new Listener(listener, listenerFailures))::cancel;
    }

    /** The service that the event says is there. */
    private static Optional<ServiceRecord> present(LivenessEvent event) {
        return event instanceof ServiceSnapshot snapshot ? Optional.of(snapshot.service())
                : event instanceof ServiceEvent change ? EventClock.current(change) : Optional.empty();
    }

    /** Null if there is none. Only then it matters whether there can be one at all. */
    private static ServiceRecord lookUp(Shown shown, String uuid) {
        ServiceRecord found = shown.fleet().find(Objects.requireNonNull(uuid, "uuid"));
        if (found == null) {
            ServiceIdentity.check("uuid", uuid);
        }
        return found;
    }

    private static ServiceRecord lookUp(Shown shown, String type, String host) {
        ServiceRecord found = shown.fleet().find(Objects.requireNonNull(type, "type"), Objects.requireNonNull(host, "host"));
        if (found == null) {
            ServiceIdentity.check("type", type);
            ServiceIdentity.check("host", host);
        }
        return found;
    }

    private Delivery subscribe(ServiceQuery query, Flow.Subscriber<? super LivenessEvent> subscriber) {
        Delivery delivery = new Delivery(query, settings.eventBuffer(), pool, worker, subscriber);
        subscriber.onSubscribe(delivery);
        start();
        worker.execute(() -> board.join(delivery));
        if (closed) {
            // It may have been too late for the worker.
            delivery.fail(closed());
        }
        return delivery;
    }

    private void await(long revision, CompletableFuture<Void> arrival) {
        waits.add(revision, arrival, settings.requestTimeout().multipliedBy(3));
        if (!board.shown().isLoading()) {
            shows(board.shown().fleet().revision());
        }
        Worker.Timer impatience = worker.after(USUAL_DELAY, () -> follower.refresh(revision));
        arrival.whenComplete((nothing, failure) -> impatience.cancel());
    }

    /** Whoever asks for the first time starts it. */
    private Shown shown() {
        Shown shown = board.shown();
        if (shown.isLoading()) {
            start();
        }
        return shown;
    }

    /**
     * The caller may go on with something that blocks, so it goes on in the pool. A pool that takes no more is asked again,
     * until the view is closed: the calling thread is the only one that is left then.
     */
    private CompletableFuture<Void> onPool(CompletableFuture<Void> future) {
        if (future.isDone()) {
            return future;
        }
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        future.whenComplete((nothing, failure) -> {
            Runnable handOver = () -> {
                if (failure == null) {
                    handedOver.complete(null);
                } else {
                    handedOver.completeExceptionally(failure);
                }
            };
            DrainLoop loop = new DrainLoop(handOver, handOver, pool, task -> worker.after(Delivery.PAUSE, task));
            waitingForThread.add(loop);
            handedOver.whenComplete((done, same) -> waitingForThread.remove(loop));
            loop.look();
            if (closed) {
                loop.close();
            }
        });
        return handedOver;
    }

    private void failed(Throwable failure) {
        follower.recover(failure);
    }

    private static RegistryUnavailableException closed() {
        return new RegistryUnavailableException("The view is closed, as the application has ended", null);
    }

    private void shows(long revision) {
        ready.complete(null);
        waits.reached(revision);
    }
}
