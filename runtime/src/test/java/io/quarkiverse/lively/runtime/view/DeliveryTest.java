package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

/** What a subscriber does to himself he does to nobody else, and what his threads are busy with takes nothing from him. */
class DeliveryTest {

    private final FakeWorker worker = new FakeWorker();
    private final Board board = new Board(worker, Duration.ZERO, revision -> {
    }, LivelyMetrics.NONE);

    @Test
    void aSubscriberThatThrowsHarmsNobodyElse() {
        AtomicInteger calls = new AtomicInteger();
        List<String> told = new ArrayList<>();
        join(event -> {
            calls.incrementAndGet();
            throw new AssertionError("on purpose");
        });
        join(event -> told.add(event.kind()));
        list(1);
        list(2);
        assertEquals(List.of("SNAPSHOT_END", "RESYNCED"), told);
        assertEquals(1, calls.get(), "he broke the rules, and is told nothing more");
    }

    @Test
    void aListenerMayThrowWhateverThereIs() {
        List<Throwable> failures = List.of(new AssertionError("on purpose"), new NoClassDefFoundError("on purpose"),
                new java.io.IOException("on purpose"));
        AtomicInteger calls = new AtomicInteger();
        LongAdder counted = new LongAdder();
        Listener listener = new Listener(event -> DeliveryTest.<RuntimeException> raise(failures.get(calls.getAndIncrement())),
                counted);
        Delivery delivery = new Delivery(ServiceQuery.all(), 10, Runnable::run, worker, listener);
        listener.onSubscribe(delivery);
        board.join(delivery);
        list(1);
        list(2);
        list(3);
        assertEquals(3, calls.get());
        assertEquals(3, counted.sum());
    }

    /** As one is whose queue is bounded by quarkus.thread-pool.queue-size. */
    @Test
    void aPoolThatIsFullForAWhileTakesNoEventAway() {
        AtomicBoolean full = new AtomicBoolean(true);
        List<String> told = new ArrayList<>();
        Listener listener = new Listener(event -> told.add(event.kind()), new LongAdder());
        Delivery delivery = new Delivery(ServiceQuery.all(), 10, task -> {
            if (full.get()) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        }, worker, listener);
        listener.onSubscribe(delivery);
        board.join(delivery);
        list(1);
        worker.pass(Duration.ofSeconds(10));
        list(2);
        assertEquals(List.of(), told);
        full.set(false);
        worker.pass(Duration.ofMillis(100));
        assertEquals(List.of("SNAPSHOT_END", "RESYNCED"), told);
        list(3);
        assertEquals(3, told.size());
    }

    private void list(long revision) {
        board.listed(new RegistryChanges(revision, List.of(), List.of()), true, Moment.now(worker));
    }

    private void join(Consumer<LivenessEvent> consumer) {
        Flow.Subscriber<LivenessEvent> subscriber = new Flow.Subscriber<>() {

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(LivenessEvent event) {
                consumer.accept(event);
            }

            @Override
            public void onError(Throwable failure) {
                throw new IllegalStateException(failure);
            }

            @Override
            public void onComplete() {
            }
        };
        Delivery delivery = new Delivery(ServiceQuery.all(), 10, Runnable::run, worker, subscriber);
        subscriber.onSubscribe(delivery);
        board.join(delivery);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void raise(Throwable failure) throws E {
        throw (E) failure;
    }
}
