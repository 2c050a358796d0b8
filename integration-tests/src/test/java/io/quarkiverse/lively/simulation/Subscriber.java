package io.quarkiverse.lively.simulation;

import java.util.concurrent.Flow;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;

/** Receives the events of one view, at once or slowly. */
final class Subscriber implements Flow.Subscriber<LivenessEvent> {

    /** A slow one takes so long for an event, as a rule. */
    private static final long SLOW = 2_000_000_000L;

    private final World world;
    private final SimulatedApplication application;
    private final ServiceQuery query;
    private final boolean slow;
    private final RandomGenerator random;
    private Flow.Subscription subscription;
    private boolean over;
    private boolean calling;

    Subscriber(World world, SimulatedApplication application, ServiceQuery query, boolean slow, RandomGenerator random) {
        this.world = world;
        this.application = application;
        this.query = query;
        this.slow = slow;
        this.random = random;
    }

    SimulatedApplication application() {
        return application;
    }

    ServiceQuery query() {
        return query;
    }

    boolean isSlow() {
        return slow;
    }

    /** Whether it was cancelled, or its view has ended. */
    boolean isOver() {
        return over;
    }

    void cancel() {
        over = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription made) {
        subscription = made;
        if (over) {
            made.cancel();
            return;
        }
        made.request(slow ? 1 : Long.MAX_VALUE);
    }

    @Override
    public void onNext(LivenessEvent event) {
        if (calling) {
            world.violated("one event at a time", application.process().name() + ": " + event);
        }
        calling = true;
        world.note(application.process().name(), "event", event.revision(), event::toString);
        world.count("event " + event.kind());
        if (!over) {
            world.forEachCheck(check -> check.received(this, event));
        }
        calling = false;
        if (slow && !over) {
            world.scheduler().after(random.nextLong(SLOW), () -> application.process().deliver(() -> subscription.request(1)));
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (!application.isStopping()) {
            world.violated("a subscription lasts as long as the view", application.process().name() + ": " + failure);
        }
        over = true;
    }

    @Override
    public void onComplete() {
        if (!application.isStopping()) {
            world.violated("a subscription lasts as long as the view", application.process().name() + " was completed");
        }
        over = true;
    }
}
