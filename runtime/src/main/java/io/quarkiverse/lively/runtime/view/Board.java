package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.NameChange;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.store.ServiceChange;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Shows what is known of the fleet, and tells the audience of what changed. Written on the worker only; what is
 * shown, any thread may read. Services that a list misses in a mass stay for a while.
 */
final class Board {

    private static final Logger LOG = Logger.getLogger(Board.class);

    private final Worker worker;
    private final Duration suspectLimit;
    private final LongConsumer shows;
    private final LivelyMetrics metrics;
    private final EventClock clock;
    private final List<Delivery> audience = new ArrayList<>();
    /** What is not believed yet, by uuid. */
    private final Map<String, Suspicion> suspicions = new HashMap<>();
    private volatile Shown shown = Shown.NOTHING;
    private boolean following;
    private boolean resyncing;
    private boolean failed;

    /**
     * @param change what happened to it, if it is to be believed
     * @param until when it will be
     */
    private record Suspicion(ServiceChange change, long until) {
    }

    /**
     * @param shows told of the revision of what is shown, whenever that changes
     */
    Board(Worker worker, Duration suspectLimit, LongConsumer shows, LivelyMetrics metrics) {
        this.worker = worker;
        this.shows = shows;
        this.metrics = metrics;
        this.suspectLimit = suspectLimit;
        this.clock = new EventClock(worker::now);
    }

    Shown shown() {
        return shown;
    }

    boolean isSuspect() {
        return !suspicions.isEmpty();
    }

    /** Somebody listens from now on; to a fleet that is not known yet, from when it is. */
    void join(Delivery delivery) {
        audience.removeIf(Delivery::isCancelled);
        audience.add(delivery);
        if (!shown.isLoading()) {
            delivery.begin(shown.fleet(), clock);
        }
    }

    /** Tells the audience that there will be no more, and shows that nobody follows. */
    void close() {
        lag();
        audience.forEach(Delivery::finish);
        audience.clear();
    }

    /**
     * Every change arrives from now on, as soon as etcd tells it.
     *
     * @param asOf what was written before has arrived
     */
    void follow(Moment asOf) {
        following = true;
        if (!shown.isLoading()) {
            show(shown.fleet(), asOf);
        }
    }

    /** Changes may be missing from now on. */
    void lag() {
        following = false;
        if (!shown.isLoading()) {
            show(shown.fleet(), shown.asOf());
        }
    }

    /** The same. A change may have been applied in part, so the next list is compared with all that is shown. */
    void fail() {
        failed = true;
        lag();
    }

    /**
     * A list: everything that there is, and everything that was there before.
     *
     * @param missed whether there were changes that it does not tell of
     * @param asOf what was written before is in it
     */
    void listed(RegistryChanges list, boolean missed, Moment asOf) {
        if (shown.isLoading()) {
            Fleet fleet = Fleet.of(list, worker.now());
            fleet.services().forEach(service -> metrics.changed(Optional.empty(), Optional.of(service)));
            show(fleet, asOf);
            audience.forEach(delivery -> delivery.begin(fleet, clock));
            return;
        }
        RegistryChanges all = failed ? withAllShown(list) : list;
        replace(all, suspectLimit.isZero() ? Set.of() : Brake.suspects(shown.fleet(), all.services()), missed, asOf);
        failed = false;
    }

    private RegistryChanges withAllShown(RegistryChanges list) {
        Set<String> mentioned = list.services().stream().map(ServiceChange::uuid)
                .collect(Collectors.toCollection(HashSet::new));
        List<ServiceChange> all = new ArrayList<>(list.services());
        shown.fleet().services().forEach(service -> {
            if (!mentioned.contains(service.uuid())) {
                all.add(new ServiceChange(service.uuid(), Optional.empty(), Reason.UNKNOWN));
            }
        });
        return new RegistryChanges(list.revision(), all, list.names());
    }

    /**
     * A list that was made while etcd told of every change, and is only ahead of what it has told: nothing in it is suspect.
     *
     * @param asOf what was written before is in it
     */
    void refreshed(RegistryChanges list, Moment asOf) {
        replace(list, Set.of(), false, asOf);
    }

    private void replace(RegistryChanges list, Set<String> suspects, boolean missed, Moment asOf) {
        List<ServiceChange> believed = believed(list.services(), suspects);
        List<ServiceEvent> events = new ArrayList<>();
        Fleet fleet = apply(shown.fleet().withHoldersOf(list),
                new RegistryChanges(list.revision(), believed, list.names()), events);
        resyncing |= missed || !events.isEmpty() || !suspicions.isEmpty();
        show(fleet, asOf);
        tell(events);
        resynced();
    }

    /** What etcd told of, revision by revision. */
    void changed(List<RegistryChanges> changes) {
        List<ServiceEvent> events = new ArrayList<>();
        Fleet fleet = shown.fleet();
        for (RegistryChanges change : changes) {
            change.services().forEach(service -> suspicions.remove(service.uuid()));
            fleet = apply(fleet, change, events);
        }
        show(fleet, shown.asOf());
        tell(events);
        resynced();
    }

    private Fleet apply(Fleet before, RegistryChanges changes, List<ServiceEvent> events) {
        Fleet fleet = before.at(changes.revision());
        for (NameChange name : changes.names()) {
            fleet = fleet.withHolder(name.type(), name.host(), name.holder());
        }
        for (ServiceChange change : changes.services()) {
            Optional<ServiceRecord> previous = Optional.ofNullable(fleet.find(change.uuid()));
            if (!previous.equals(change.current())) {
                ServiceEvent event = clock.change(previous, change, changes.revision());
                fleet = fleet.with(change.uuid(), change.current(), event.at(), shown.asOf().time());
                metrics.changed(previous, change.current());
                events.add(event);
            }
        }
        return fleet;
    }

    /** Leaves out what is suspect, and remembers it. What was suspect before keeps its time. */
    private List<ServiceChange> believed(List<ServiceChange> changes, Set<String> suspects) {
        Map<String, Suspicion> former = new HashMap<>(suspicions);
        boolean wasTrusted = former.isEmpty();
        suspicions.clear();
        long until = worker.nanoTime() + suspectLimit.toNanos();
        List<ServiceChange> believed = new ArrayList<>();
        for (ServiceChange change : changes) {
            Suspicion since = former.get(change.uuid());
            if (since != null && Brake.isGone(change)) {
                suspicions.put(change.uuid(), new Suspicion(change, since.until()));
            } else if (suspects.contains(change.uuid())) {
                suspicions.put(change.uuid(), new Suspicion(change, until));
            } else {
                believed.add(change);
            }
            former.remove(change.uuid());
        }
        // Of these the list says nothing, as they were gone before, too.
        suspicions.putAll(former);
        if (wasTrusted && !suspicions.isEmpty()) {
            LOG.warnf("%d services are gone from etcd without a word, most of their type: they stay in the view for %d s",
                    suspicions.size(), suspectLimit.toSeconds());
        }
        if (!suspicions.isEmpty()) {
            worker.after(suspectLimit, this::believeAfterAll);
        }
        return believed;
    }

    private void believeAfterAll() {
        long now = worker.nanoTime();
        Map<String, ServiceChange> due = new LinkedHashMap<>();
        suspicions.forEach((uuid, suspicion) -> {
            if (now - suspicion.until() >= 0) {
                due.put(uuid, suspicion.change());
            }
        });
        if (due.isEmpty()) {
            return;
        }
        due.keySet().forEach(suspicions::remove);
        LOG.warnf("%d services are gone for good", due.size());
        List<ServiceEvent> events = new ArrayList<>();
        Fleet fleet = apply(shown.fleet(),
                new RegistryChanges(shown.fleet().revision(), List.copyOf(due.values()), List.of()), events);
        show(fleet, shown.asOf());
        tell(events);
        resynced();
    }

    private void tell(List<ServiceEvent> events) {
        for (ServiceEvent event : events) {
            audience.removeIf(Delivery::isCancelled);
            audience.forEach(delivery -> delivery.tell(event));
            metrics.told(event);
        }
    }

    /** After a list, once nothing is suspect any more, everybody has been told everything. */
    private void resynced() {
        if (resyncing && suspicions.isEmpty()) {
            resyncing = false;
            Resynced event = clock.resynced(shown.fleet());
            audience.removeIf(Delivery::isCancelled);
            audience.forEach(delivery -> delivery.resynced(event));
            metrics.told(event);
            show(shown.fleet(), shown.asOf());
        }
    }

    private void show(Fleet fleet, Moment asOf) {
        State state = !following ? State.STALE : suspicions.isEmpty() ? State.CURRENT : State.SUSPECT;
        shown = new Shown(fleet, state, shown.isLoading() || asOf.isAfter(shown.asOf()) ? asOf : shown.asOf());
        shows.accept(fleet.revision());
    }
}
