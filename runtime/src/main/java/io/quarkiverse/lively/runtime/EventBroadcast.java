package io.quarkiverse.lively.runtime;

import java.util.Optional;
import java.util.function.Consumer;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;

/**
 * Tells the CDI observers: first those that are called at once, with a request context of their own, then the
 * asynchronous ones, so that nobody hears of the next event before everybody has heard of this one. All on the
 * calling thread, which is one that may be blocked.
 */
final class EventBroadcast<T> implements Consumer<T> {

    /** On a thread of the same pool they might wait for ever: for this one, which waits for them. */
    private static final NotificationOptions ON_THIS_THREAD = NotificationOptions.ofExecutor(Runnable::run);

    private final Event<T> observers;

    EventBroadcast(Event<T> observers) {
        this.observers = observers;
    }

    /**
     * Throws an exception if an observer failed in any way, after all have been told: all but those that CDI calls at once and
     * after one that failed.
     */
    @Override
    public void accept(T event) {
        Optional<Throwable> failure = failure(() -> fire(event));
        Optional<Throwable> laterFailure = failure(
                () -> observers.fireAsync(event, ON_THIS_THREAD).toCompletableFuture().join());
        if (failure.isPresent() || laterFailure.isPresent()) {
            IllegalStateException failed = new IllegalStateException("An observer failed",
                    failure.or(() -> laterFailure).get());
            failure.flatMap(first -> laterFailure).ifPresent(failed::addSuppressed);
            throw failed;
        }
    }

    /** Also an assertion that does not hold, or a class that is missing, is the failure of one observer. */
    private static Optional<Throwable> failure(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    private void fire(T event) {
        ManagedContext request = Arc.container().requestContext();
        request.activate();
        try {
            observers.fire(event);
        } finally {
            request.terminate();
        }
    }
}
