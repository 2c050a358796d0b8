package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.worker.DrainLoop;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Hands the events that a subscriber asked for to him, one at a time, on a thread of the pool: he may block it.
 */
final class Delivery implements Flow.Subscription {

    private static final Logger LOG = Logger.getLogger(Delivery.class);

    /** Until a pool that took no more is asked again. The mailbox bounds what comes together meanwhile. */
    static final Duration PAUSE = Duration.ofMillis(100);

    private final ServiceQuery query;
    private final Mailbox mailbox;
    private final Flow.Subscriber<? super LivenessEvent> subscriber;
    private final DrainLoop loop;
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean cancelled;
    private volatile boolean finished;
    private volatile Throwable failure;

    Delivery(ServiceQuery query, int room, Executor pool, Worker worker, Flow.Subscriber<? super LivenessEvent> subscriber) {
        this.query = query;
        this.mailbox = new Mailbox(room);
        this.subscriber = subscriber;
        this.loop = new DrainLoop(this::deliver, this::refuse, pool, task -> worker.after(PAUSE, task));
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** What there is when the subscription begins. Comes before everything else. */
    void begin(Fleet fleet, EventClock clock) {
        mailbox.begin(Stream.concat(fleet.list(query).stream().map(service -> clock.snapshot(service, fleet)),
                Stream.of(clock.snapshotEnd(fleet))).iterator());
        loop.look();
    }

    /** A change, as a subscriber sees it that asked for only a part of the fleet. */
    void tell(ServiceEvent event) {
        EventClock.event(EventClock.previous(event).filter(query::matches),
                EventClock.current(event).filter(query::matches), event.reason(), event.revision(), event.at(), 1)
                .ifPresent(change -> {
                    mailbox.put(change);
                    loop.look();
                });
    }

    /** All differences have been delivered. */
    void resynced(Resynced event) {
        mailbox.put(event);
        loop.look();
    }

    /** There will be no more. What there is, is still delivered, as far as it was requested. */
    void finish() {
        finished = true;
        loop.close();
    }

    /** It cannot go on. Nothing more is delivered. */
    void fail(Throwable cause) {
        failure = cause;
        loop.close();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            fail(new IllegalArgumentException("At least one event must be requested"));
            return;
        }
        requested.accumulateAndGet(count, (present, more) -> present + more < 0 ? Long.MAX_VALUE : present + more);
        loop.look();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void deliver() {
        try {
            deliverWhatThereIs();
        } catch (Throwable e) {
            // A subscriber must not throw. Whatever state he is in now, it is his.
            cancelled = true;
            LOG.error("A subscriber failed, and will be told nothing more", e);
        }
    }

    /** The application has ended, so the calling thread is the only one that is left to say so. */
    private void refuse() {
        if (failure == null) {
            failure = new IllegalStateException("No thread is left to deliver events on, as the application has ended");
        }
        deliver();
    }

    private void deliverWhatThereIs() {
        while (!cancelled) {
            boolean last = finished;
            LivenessEvent event = failure != null || requested.get() == 0 ? null : mailbox.take();
            if (failure != null) {
                cancelled = true;
                subscriber.onError(failure);
            } else if (event != null) {
                if (requested.get() != Long.MAX_VALUE) {
                    requested.decrementAndGet();
                }
                subscriber.onNext(event);
            } else if (last) {
                cancelled = true;
                subscriber.onComplete();
            } else {
                return;
            }
        }
    }
}
