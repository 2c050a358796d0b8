package io.quarkiverse.lively.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import jakarta.enterprise.event.Event;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.RegistrationChange;

/** Fires the changes of registrations one after the other, from when there are observers until there are none any more. */
final class RegistrationBroadcast implements Consumer<RegistrationChange> {

    private static final Logger LOG = Logger.getLogger(RegistrationBroadcast.class);

    private final Executor worker;
    private final CompletableFuture<Event<RegistrationChange>> observers = new CompletableFuture<>();
    private CompletableFuture<Void> last = observers.thenAccept(ready -> {
    });
    private volatile boolean over;

    RegistrationBroadcast(Executor worker) {
        this.worker = worker;
    }

    /** The observers are there. What happened before is fired now. */
    void begin(Event<RegistrationChange> event) {
        observers.complete(event);
    }

    void end() {
        over = true;
    }

    @Override
    public synchronized void accept(RegistrationChange change) {
        last = last.thenRunAsync(() -> fire(change), worker);
    }

    private void fire(RegistrationChange change) {
        if (over) {
            return;
        }
        attempt(() -> observers.join().fire(change));
        attempt(() -> observers.join().fireAsync(change).toCompletableFuture().join());
    }

    private static void attempt(Runnable delivery) {
        try {
            delivery.run();
        } catch (Throwable e) {
            LOG.error("An observer of RegistrationChange failed", e);
        }
    }
}
