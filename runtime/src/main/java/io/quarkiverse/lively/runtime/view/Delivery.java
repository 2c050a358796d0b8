package io.quarkiverse.lively.runtime.view;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessEvent.Kind;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;

/**
 * Hands the events that a subscriber asked for to him, one at a time, on a thread of the pool: he may block it.
 */
final class Delivery implements Flow.Subscription {

    private final ServiceQuery query;
    private final Mailbox mailbox;
    private final Executor pool;
    private final Flow.Subscriber<? super LivenessEvent> subscriber;
    private final AtomicLong requested = new AtomicLong();
    /** How often there may have been something to do since the last look. Only one thread looks. */
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean cancelled;
    private volatile boolean finished;
    private volatile boolean refused;

    Delivery(ServiceQuery query, int room, Executor pool, Flow.Subscriber<? super LivenessEvent> subscriber) {
        this.query = query;
        this.mailbox = new Mailbox(room);
        this.pool = pool;
        this.subscriber = subscriber;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** What there is when the subscription begins. Comes before everything else. */
    void begin(Fleet fleet, EventClock clock) {
        long revision = fleet.revision();
        mailbox.begin(Stream.concat(fleet.list(query).stream().map(service -> clock.snapshot(service, revision)),
                Stream.of(clock.marker(Kind.SNAPSHOT_END, revision))).iterator());
        look();
    }

    /** What changed, as it is to him who asked for only a part of the fleet. */
    void tell(LivenessEvent event) {
        if (event.kind() == Kind.RESYNCED) {
            mailbox.put(event);
            look();
            return;
        }
        Optional<ServiceRecord> previous = event.previous().filter(query::matches);
        Optional<ServiceRecord> current = event.current().filter(query::matches);
        if (previous.isPresent() || current.isPresent()) {
            Kind kind = previous.isEmpty() ? Kind.ADDED : current.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
            mailbox.put(new LivenessEvent(kind, event.revision(), previous, current, event.reason(), event.at(), 1));
            look();
        }
    }

    /** There will be no more. What there is, is still delivered. */
    void finish() {
        finished = true;
        look();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            refused = true;
        } else {
            requested.accumulateAndGet(count, (present, more) -> present + more < 0 ? Long.MAX_VALUE : present + more);
        }
        look();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private void look() {
        if (calls.getAndIncrement() == 0) {
            try {
                pool.execute(this::deliver);
            } catch (RejectedExecutionException e) {
                // The application has ended, and with it whoever listened.
                cancelled = true;
            }
        }
    }

    private void deliver() {
        int seen = calls.get();
        do {
            deliverAll();
            seen = calls.addAndGet(-seen);
        } while (seen != 0);
    }

    private void deliverAll() {
        if (refused && !cancelled) {
            cancelled = true;
            subscriber.onError(new IllegalArgumentException("At least one event must be requested"));
        }
        while (!cancelled) {
            boolean last = finished;
            if (requested.get() == 0) {
                return;
            }
            LivenessEvent event = mailbox.take();
            if (event != null) {
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
