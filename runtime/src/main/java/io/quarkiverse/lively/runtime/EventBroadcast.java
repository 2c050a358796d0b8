package io.quarkiverse.lively.runtime;

import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

import jakarta.enterprise.event.Event;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;

/**
 * Tells the CDI observers: first those that are called at once, with a request context of their own, then the
 * asynchronous ones, and waits for those, so that nobody hears of the next event before everybody has heard of this
 * one.
 */
final class EventBroadcast implements Consumer<LivenessEvent> {

    private final Event<LivenessEvent> observers;

    EventBroadcast(Event<LivenessEvent> observers) {
        this.observers = observers;
    }

    /** Throws what an observer threw, after all asynchronous ones have been told. */
    @Override
    public void accept(LivenessEvent event) {
        RuntimeException failure = null;
        try {
            fire(event);
        } catch (RuntimeException e) {
            failure = e;
        }
        try {
            observers.fireAsync(event).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void fire(LivenessEvent event) {
        ManagedContext request = Arc.container().requestContext();
        request.activate();
        try {
            observers.fire(event);
        } finally {
            request.terminate();
        }
    }
}
