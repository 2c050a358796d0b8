package io.quarkiverse.lively.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import jakarta.enterprise.event.Event;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.RegistrationChange;

/** Fires the changes of registrations one after the other, from when there are observers until there are none any more. */
final class RegistrationBroadcast implements Consumer<RegistrationChange> {

    private static final Logger LOG = Logger.getLogger(RegistrationBroadcast.class);

    private final Executor worker;
    private final CompletableFuture<Consumer<RegistrationChange>> observers = new CompletableFuture<>();
    private CompletableFuture<Void> last = observers.thenAccept(ready -> {
    });
    private final LongAdder failures = new LongAdder();
    private volatile boolean over;

    RegistrationBroadcast(Executor worker) {
        this.worker = worker;
    }

    /** The observers are there. What happened before is fired now. */
    void begin(Event<RegistrationChange> event) {
        observers.complete(new EventBroadcast<>(event));
    }

    void end() {
        over = true;
    }

    /** How often an observer has thrown something. */
    long failures() {
        return failures.sum();
    }

    @Override
    public synchronized void accept(RegistrationChange change) {
        last = last.thenRunAsync(() -> fire(change), worker);
    }

    private void fire(RegistrationChange change) {
        if (over) {
            return;
        }
        try {
            observers.join().accept(change);
        } catch (IllegalStateException e) {
            failures.increment();
            LOG.errorf(e, "An observer failed at the change of a registration to %s", change.current());
        }
    }
}
