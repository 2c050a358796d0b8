package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.simulation.CommitLog.Era;
import io.quarkiverse.lively.simulation.CommitLog.RecordChange;
import io.quarkiverse.lively.test.Events;

/**
 * "A subscriber that keeps up gets each change once, in the order of etcd's revisions. A subscriber that lags behind gets, for
 * each service, the sum of the changes since the last event of that service that was delivered to it. RESYNCED comes after
 * every difference up to its revision."
 */
final class EventsCheck implements Check {

    private static final String SNAPSHOT = "a subscription begins with what there is";
    private static final String ORDER = "events come in the order of revisions";
    private static final String CONTINUES = "each event continues the last one of its service";
    private static final String TRUE = "an event says what etcd has at its revision";
    private static final String EACH = "each change is delivered once";
    private static final String REASON = "the reason of an event is true";
    private static final String BARRIER = "RESYNCED comes after all differences";
    private static final String BOUNDED = "few events of a service are pending";
    private static final String REPLAY = "the events lead to what there is";
    /** After that time, a subscriber that has received nothing has nothing to receive. */
    private static final long SILENCE = 3_000_000_000L;

    private final World world;
    private final CommitLog log;
    private final Map<Subscriber, Story> stories = new LinkedHashMap<>();
    /** Those whose view has kept services that etcd had lost. */
    private final Set<SimulatedApplication> suspect = new HashSet<>();

    /** What one subscriber was told so far. */
    private static final class Story {

        /** By uuid. */
        final Map<String, ServiceRecord> services = new TreeMap<>();
        /** The revision of the last event of each service. */
        final Map<String, Long> told = new TreeMap<>();
        boolean begun;
        long begunAt;
        /** Of the last event. */
        long revision;
        /** Of the last RESYNCED, or the snapshot: what follows is newer. */
        long barrier;
        long time;
        /** Whether etcd was replaced, so that it is not known which one the view follows until the next RESYNCED. */
        boolean unsure;
        /** The revision of a list with differences, for which RESYNCED has to come; 0 if none has. */
        long owed;
        /** What was pending when it was counted is of this revision at most; -1 if nothing is counted. */
        long pendingUntil = -1;
        /** How many more events up to that revision may come. */
        long mayCome;
    }

    EventsCheck(World world, CommitLog log) {
        this.world = world;
        this.log = log;
    }

    @Override
    public List<String> promises() {
        return List.of(SNAPSHOT, ORDER, CONTINUES, TRUE, EACH, REASON, BARRIER, BOUNDED, REPLAY);
    }

    @Override
    public void replaced() {
        stories.values().forEach(story -> {
            story.unsure = true;
            story.owed = 0;
            story.pendingUntil = -1;
        });
    }

    /** "At most two events of each service are pending, and one RESYNCED", beside as many events as the buffer has room for. */
    @Override
    public void tick() {
        world.applications().forEach(this::noteWhetherSuspect);
        stories.forEach((subscriber, story) -> {
            if (subscriber.isSlow() && story.begun && story.pendingUntil < 0 && !story.unsure) {
                story.pendingUntil = subscriber.application().lively().view().freshness().revision();
                // One may be on its way.
                story.mayCome = world.setup().eventBuffer() + 2L * log.era().uuids().size() + 2;
            }
        });
    }

    private void count(Subscriber subscriber, Story story, LivenessEvent event) {
        if (story.pendingUntil >= 0 && event.revision() > story.pendingUntil) {
            story.pendingUntil = -1;
            world.checked(BOUNDED);
        } else if (story.pendingUntil >= 0 && --story.mayCome < 0) {
            check(BOUNDED, false, subscriber, event, "too many up to the revision " + story.pendingUntil);
        }
    }

    @Override
    public void ended(SimulatedApplication application) {
        stories.keySet().removeIf(subscriber -> subscriber.application() == application);
    }

    @Override
    public void received(Subscriber subscriber, LivenessEvent event) {
        SimulatedApplication application = subscriber.application();
        if (application.place().application().filter(application::equals).isEmpty()) {
            // It was on its way when the application ended.
            return;
        }
        noteWhetherSuspect(application);
        Story story = stories.computeIfAbsent(subscriber, first -> new Story());
        story.time = world.scheduler().now();
        if (Events.coalesced(event) > 1) {
            world.count("event of several changes");
        }
        count(subscriber, story, event);
        if (event instanceof ServiceSnapshot) {
            snapshot(subscriber, story, event);
        } else if (event instanceof SnapshotEnd) {
            snapshotEnd(subscriber, story, event);
        } else if (event instanceof Resynced) {
            resynced(subscriber, story, event);
        } else {
            changed(subscriber, story, event);
        }
    }

    private void check(String promise, boolean isKept, Subscriber subscriber, LivenessEvent event, String otherwise) {
        if (isKept) {
            world.checked(promise);
        } else {
            world.violated(promise, (subscriber.isSlow() ? "a slow" : "a fast") + " subscriber of "
                    + subscriber.application().process().name() + " to " + subscriber.query() + " received\n  " + event + "\n  "
                    + otherwise);
        }
    }

    private void snapshot(Subscriber subscriber, Story story, LivenessEvent event) {
        ServiceRecord service = Events.current(event).orElse(null);
        boolean isFirst = story.services.isEmpty();
        check(SNAPSHOT, !story.begun && service != null && Events.previous(event).isEmpty() && Events.coalesced(event) == 1
                && (isFirst || event.revision() == story.begunAt), subscriber, event, "in a snapshot of " + story.begunAt);
        check(SNAPSHOT, !story.services.containsKey(service.uuid()) && subscriber.query().matches(service)
                && Events.reason(event) == service.reason(), subscriber, event, "after " + story.services.keySet());
        story.begunAt = event.revision();
        story.services.put(service.uuid(), service);
    }

    private void snapshotEnd(Subscriber subscriber, Story story, LivenessEvent event) {
        check(SNAPSHOT, !story.begun && (story.services.isEmpty() || event.revision() == story.begunAt), subscriber, event,
                "in a snapshot of " + story.begunAt);
        story.begun = true;
        story.begunAt = event.revision();
        story.revision = event.revision();
        story.barrier = event.revision();
        boolean isPresent = isAsIn(log.era(), subscriber, story, event.revision());
        story.unsure = !isPresent;
        boolean isFormer = false;
        for (int i = 0; i < log.eras() - 1; i++) {
            isFormer |= isAsIn(log.era(i), subscriber, story, event.revision());
        }
        check(SNAPSHOT, isPresent || isFormer || isSuspect(subscriber), subscriber, event,
                difference(log.era(), subscriber, story, event.revision()));
        // After a restore, the same revision may be of the former history or of the present one: which one shows later.
        story.unsure |= isFormer;
    }

    private void changed(Subscriber subscriber, Story story, LivenessEvent event) {
        ServiceRecord service = Events.service(event).orElse(null);
        if (service == null) {
            check(CONTINUES, false, subscriber, event, "it is of no service");
            return;
        }
        String uuid = service.uuid();
        ServiceRecord known = story.services.get(uuid);
        check(SNAPSHOT, story.begun, subscriber, event, "the snapshot has not ended");
        // Several changes may add up to none.
        check(CONTINUES, Objects.equals(Events.previous(event).orElse(null), known)
                && (!Events.previous(event).equals(Events.current(event)) || Events.coalesced(event) > 1),
                subscriber, event, "the last event said " + known);
        if (Events.current(event).isPresent()) {
            story.services.put(uuid, service);
        } else {
            story.services.remove(uuid);
        }
        if (story.unsure) {
            story.revision = event.revision();
            story.told.put(uuid, event.revision());
            return;
        }
        check(ORDER, event.revision() >= story.revision && event.revision() > story.barrier || isSuspect(subscriber),
                subscriber,
                event, "after " + story.revision + ", and all up to " + story.barrier);
        ServiceRecord real = matching(log.era().record(uuid, event.revision()), subscriber);
        check(TRUE, Objects.equals(real, Events.current(event).orElse(null)), subscriber, event, "etcd has " + real);
        if (!isSuspect(subscriber)) {
            completeness(subscriber, story, event, uuid);
        }
        story.revision = event.revision();
        story.told.put(uuid, event.revision());
    }

    private static ServiceRecord matching(ServiceRecord record, Subscriber subscriber) {
        return record != null && subscriber.query().matches(record) ? record : null;
    }

    /** Whether the event stands for as many changes as it says, and no other one is left out before it. */
    private void completeness(Subscriber subscriber, Story story, LivenessEvent event, String uuid) {
        List<RecordChange> changes = log.era().changes();
        long last = story.told.getOrDefault(uuid, story.begunAt);
        int own = 0;
        // A service that came and went is not mentioned, and not counted later.
        int sinceAbsent = 0;
        RecordChange of = null;
        RecordChange missing = null;
        for (int i = log.era().changesUntil(event.revision()) - 1; i >= 0
                && changes.get(i).revision() > Math.min(last, story.revision); i--) {
            RecordChange change = changes.get(i);
            if (!change.concerns(subscriber.query())) {
                continue;
            }
            if (change.uuid().equals(uuid) && change.revision() > last) {
                own++;
                of = of == null ? change : of;
                if (sinceAbsent == 0 && matching(change.before(), subscriber) == null) {
                    sinceAbsent = own;
                }
            } else if (change.revision() > story.revision && change.revision() < event.revision()
                    && story.told.getOrDefault(change.uuid(), story.begunAt) < change.revision()) {
                missing = change;
            }
        }
        boolean isExact = Events.coalesced(event) == own || story.services.get(uuid) == null && Events.coalesced(event) < own
                || Events.previous(event).isEmpty() && Events.coalesced(event) <= own
                        && Events.coalesced(event) >= Math.min(1, sinceAbsent);
        boolean isDifference = !isExact && Events.coalesced(event) < own || missing != null && !mayLag(subscriber);
        boolean isOfRevision = of != null && of.revision() == event.revision();
        if (isDifference || !isOfRevision) {
            // Only a list can leave something out, and RESYNCED says so.
            check(EACH, own > 0 && Events.coalesced(event) <= own && (story.owed == 0 || mayLag(subscriber)
                    || story.owed == event.revision()), subscriber, event,
                    own + " changes since " + last + ", left out is " + missing + ", RESYNCED is owed for " + story.owed);
            story.owed = event.revision();
            check(REASON, isReasonOfList(event, uuid) || mayLag(subscriber), subscriber, event, "of a list");
        } else {
            check(EACH, story.owed == 0 || mayLag(subscriber) || story.owed == event.revision(), subscriber, event,
                    "RESYNCED is owed for " + story.owed);
            if (Events.reason(event) == of.reason()) {
                world.checked(REASON);
            } else if (isReasonOfList(event, uuid)) {
                // One change that a list found.
                story.owed = event.revision();
            } else {
                check(REASON, false, subscriber, event, "the change has the reason " + of.reason());
            }
        }
    }

    /** A list has only the reasons of the records. */
    private boolean isReasonOfList(LivenessEvent event, String uuid) {
        ServiceRecord now = log.era().record(uuid, event.revision());
        return Events.reason(event) == Reason.UNKNOWN || now != null && Events.reason(event) == now.reason();
    }

    /** Whether what is pending for it may be merged. */
    private boolean mayLag(Subscriber subscriber) {
        return subscriber.isSlow() || world.setup().eventBuffer() < 20;
    }

    /** Whether its view keeps services that etcd has lost, or has done so. */
    private boolean isSuspect(Subscriber subscriber) {
        return suspect.contains(subscriber.application());
    }

    private void noteWhetherSuspect(SimulatedApplication application) {
        LocalView view = application.lively().view();
        // A question would start the view.
        if (view.isStarted() && view.freshness().state() == State.SUSPECT) {
            suspect.add(application);
        }
    }

    private void resynced(Subscriber subscriber, Story story, LivenessEvent event) {
        check(BARRIER, story.begun && Events.previous(event).isEmpty() && Events.current(event).isEmpty(), subscriber, event,
                "");
        boolean isPresent = isAsIn(log.era(), subscriber, story, event.revision());
        if (story.unsure) {
            boolean isKnown = isPresent;
            for (int i = 0; i < log.eras() - 1; i++) {
                isKnown |= isAsIn(log.era(i), subscriber, story, event.revision());
                isPresent &= !isAsIn(log.era(i), subscriber, story, event.revision());
            }
            check(BARRIER, isKnown, subscriber, event, difference(log.era(), subscriber, story, event.revision()));
            story.unsure = !isPresent;
            story.owed = 0;
        } else {
            check(ORDER, event.revision() >= story.revision, subscriber, event, "after " + story.revision);
            check(BARRIER, isPresent, subscriber, event, difference(log.era(), subscriber, story, event.revision()));
            check(BARRIER, story.owed <= event.revision(), subscriber, event, "RESYNCED is owed for " + story.owed);
            story.owed = 0;
        }
        story.revision = event.revision();
        story.barrier = event.revision();
        story.begunAt = event.revision();
        story.told.clear();
    }

    private boolean isAsIn(Era era, Subscriber subscriber, Story story, long revision) {
        return era.list(subscriber.query(), revision).equals(new ArrayList<>(story.services.values()));
    }

    private static String difference(Era era, Subscriber subscriber, Story story, long revision) {
        List<ServiceRecord> real = era.list(subscriber.query(), revision);
        List<ServiceRecord> told = new ArrayList<>(story.services.values());
        List<ServiceRecord> missing = new ArrayList<>(real);
        missing.removeAll(told);
        told.removeAll(real);
        return "etcd has at " + revision + " " + missing + "\n  where the subscriber has " + told;
    }

    @Override
    public void beforeStop() {
        stories.forEach((subscriber, story) -> {
            SimulatedApplication application = subscriber.application();
            if (subscriber.isOver() || application.isStopping() || !application.process().isRunning()
                    || world.scheduler().now() - story.time < SILENCE) {
                return;
            }
            Freshness freshness = application.lively().view().freshness();
            if (freshness.state() != Freshness.State.CURRENT) {
                return;
            }
            boolean isSame = application.lively().view().list(subscriber.query())
                    .equals(new ArrayList<>(story.services.values()));
            boolean isComplete = story.begun && story.owed == 0;
            if (isSame && isComplete && isAsIn(log.era(), subscriber, story, freshness.revision())) {
                world.checked(REPLAY);
            } else {
                world.violated(REPLAY, "a subscriber of " + application.process().name() + " to " + subscriber.query()
                        + (subscriber.isSlow() ? ", slow," : "") + " received the last event at " + story.time / 1e9 + " s, "
                        + (story.owed == 0 ? "" : "RESYNCED is owed for " + story.owed + ", ")
                        + difference(log.era(), subscriber, story, freshness.revision()));
            }
        });
    }

}
