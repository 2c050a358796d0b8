package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import jakarta.enterprise.event.Event;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.runtime.worker.DrainLoop;
import io.quarkiverse.lively.runtime.worker.Platform;

/** Fires the changes of registrations one after the other, from when there are observers until there are none any more. */
final class RegistrationBroadcast implements Consumer<RegistrationChange> {

    private static final Logger LOG = Logger.getLogger(RegistrationBroadcast.class);

    /** Until a pool that took no more is asked again. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Queue<RegistrationChange> changes = new ConcurrentLinkedQueue<>();
    private final DrainLoop loop;
    private final LongAdder failures = new LongAdder();
    private volatile Consumer<RegistrationChange> observers;
    private volatile boolean over;

    RegistrationBroadcast(Platform platform) {
        loop = new DrainLoop(this::fireAll, changes::clear, platform.pool(), platform.delayedExecutor(PAUSE));
    }

    /** The observers are there. What happened before is fired now. */
    void begin(Event<RegistrationChange> event) {
        begin(new EventBroadcast<>(event));
    }

    void begin(Consumer<RegistrationChange> observer) {
        observers = observer;
        loop.look();
    }

    void end() {
        over = true;
        loop.close();
    }

    /** How often an observer has thrown something. */
    long failures() {
        return failures.sum();
    }

    @Override
    public void accept(RegistrationChange change) {
        if (!over) {
            changes.add(change);
            loop.look();
        }
    }

    private void fireAll() {
        while (observers != null && !over && !changes.isEmpty()) {
            fire(changes.remove());
        }
    }

    private void fire(RegistrationChange change) {
        try {
            observers.accept(change);
        } catch (RuntimeException e) {
            failures.increment();
            LOG.errorf(e, "An observer failed at the change of a registration to %s", change.current());
        }
    }
}
