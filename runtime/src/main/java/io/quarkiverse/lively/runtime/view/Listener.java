package io.quarkiverse.lively.runtime.view;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.LivenessEvent;

/** Takes all events, and gives them to somebody who may fail. That is logged, and does not end anything. */
final class Listener implements Flow.Subscriber<LivenessEvent> {

    private static final Logger LOG = Logger.getLogger(Listener.class);

    private final Consumer<LivenessEvent> consumer;
    private final LongAdder failures;

    /**
     * @param failures counts how often the consumer failed
     */
    Listener(Consumer<LivenessEvent> consumer, LongAdder failures) {
        this.consumer = consumer;
        this.failures = failures;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(LivenessEvent event) {
        try {
            consumer.accept(event);
        } catch (Throwable e) {
            failures.increment();
            LOG.errorf(e, "A listener failed at the event %s of revision %d; it will hear of the next one", event.kind(),
                    event.revision());
        }
    }

    @Override
    public void onError(Throwable failure) {
        // Only as the application ends: until then what it is to be told waits.
        LOG.debugf("A listener will hear of nothing more: %s", failure.getMessage());
    }

    @Override
    public void onComplete() {
    }
}
