package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.simulation.CommitLog.Era;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * The page of the view: its list is what etcd had at the revision that it shows, so that nothing is taken to be down because
 * the view lost etcd; {@code Freshness} is a lower bound; it is LOADING before the first list only, STALE when etcd is silent,
 * CURRENT again when etcd serves, and then what etcd has.
 */
final class ViewCheck implements Check {

    private static final String LIST = "a view is what etcd had at its revision";
    private static final String NAMES = "a view finds a service by its names as the registry does";
    private static final String FRESH = "freshness is a lower bound";
    private static final String LOADING = "LOADING is first, and empty";
    private static final String SUSPECT = "SUSPECT is of lists, and ends";
    private static final String AGE = "CURRENT is as young as promised";
    private static final String STALE = "a view without etcd is STALE in time";
    private static final String CURRENT = "a view with etcd is CURRENT in time";
    private static final String CONVERGES = "a view converges";
    private static final String AWAITED = "awaitRevision is honoured";
    private static final String AWAITED_IN_TIME = "awaitRevision ends in time";
    private static final int COMMITS_A_LOOK = 20;
    private static final long SECOND = 1_000_000_000L;
    private static final long SLACK = SECOND;
    /** See {@code Brake}: fewer services of a type are never suspect. */
    private static final int LEAST_SUSPECTS = 10;

    private final World world;
    private final CommitLog log;
    private final Map<SimulatedApplication, Story> stories = new LinkedHashMap<>();
    private int turn;
    private int commits;

    /** What is known of one view. */
    private static final class Story {

        boolean loaded;
        /** The true time at which it was first seen to have started; -1 before. */
        long startedAt = -1;
        /** The first of the histories of etcd that it can follow. */
        int era;
        /** Since when nothing of etcd can reach it; -1 if something can. */
        long silentSince = -1;
        long suspectSince = -1;
    }

    ViewCheck(World world, CommitLog log) {
        this.world = world;
        this.log = log;
    }

    /**
     * Whether there can be so many services of a type that a view keeps them for a while when etcd has lost them. os-lively may
     * have one more with the names of each.
     */
    static boolean maySuspect(Setup setup) {
        if (setup.suspectLimit().isZero()) {
            return false;
        }
        Map<String, Integer> byType = new TreeMap<>();
        setup.processes().forEach(process -> byType.merge(process.type(), 1, Integer::sum));
        return byType.values().stream().anyMatch(count -> 2 * count >= LEAST_SUSPECTS);
    }

    @Override
    public List<String> promises() {
        return List.of(LIST, NAMES, FRESH, LOADING, SUSPECT, AGE, STALE, CURRENT, CONVERGES, AWAITED, AWAITED_IN_TIME);
    }

    @Override
    public void started(SimulatedApplication application) {
        stories.put(application, new Story());
    }

    @Override
    public void ended(SimulatedApplication application) {
        stories.remove(application);
    }

    @Override
    public void committed(Commit commit) {
        commits++;
    }

    @Override
    public void tick() {
        List<SimulatedApplication> followed = new ArrayList<>();
        for (Map.Entry<SimulatedApplication, Story> each : stories.entrySet()) {
            SimulatedApplication application = each.getKey();
            if (!application.process().isRunning() || application.isStopping()) {
                each.getValue().silentSince = -1;
            } else if (application.lively().view().isStarted()) {
                lookAtState(application, each.getValue());
                followed.add(application);
            }
        }
        // One after the other, and one more for each few commits.
        for (int looks = 1 + commits / COMMITS_A_LOOK; looks > 0 && !followed.isEmpty(); looks--) {
            SimulatedApplication application = followed.get(turn++ % followed.size());
            lookAtServices(application, stories.get(application));
        }
        commits %= COMMITS_A_LOOK;
    }

    private void check(String promise, boolean isKept, SimulatedApplication application, String otherwise) {
        if (isKept) {
            world.checked(promise);
        } else {
            world.violated(promise, application.process().name() + ", " + application.lively().view().freshness() + ": "
                    + otherwise);
        }
    }

    private void lookAtState(SimulatedApplication application, Story story) {
        Freshness freshness = application.lively().view().freshness();
        boolean isLoading = freshness.state() == State.LOADING;
        check(LOADING, !isLoading || !story.loaded && freshness.revision() == 0, application, "it was loaded before");
        story.loaded |= !isLoading;
        world.count("view " + freshness.state());
        long now = world.scheduler().now();
        long progress = world.setup().progressInterval().toNanos();
        long bound = progress + SimulatedClient.REQUEST_TIMEOUT.toNanos();
        silence(application, story);
        if (story.silentSince >= 0 && now - story.silentSince > application.place().machine().trueTime(bound) + SLACK) {
            // Something may have reached it between two looks.
            check(STALE,
                    isLoading || freshness.state() == State.STALE || freshness.age().orElseThrow().toNanos() <= bound + SLACK,
                    application, "nothing of etcd reaches it since " + story.silentSince / 1e9 + " s");
        }
        boolean isFollowing = freshness.state() == State.CURRENT || freshness.state() == State.SUSPECT;
        story.startedAt = story.startedAt < 0 ? now : story.startedAt;
        long quiet = now - Math.max(world.trouble().quietSince(application.place().machine()), story.startedAt);
        if (quiet > timeToRecover()) {
            check(CURRENT, isFollowing, application, "nothing is broken for " + quiet / 1e9 + " s");
            check(AGE,
                    freshness.age().orElseThrow().toNanos() <= bound + SLACK / 2 && !freshness.age().orElseThrow().isNegative(),
                    application, "");
        }
        if (freshness.state() == State.SUSPECT) {
            story.suspectSince = story.suspectSince < 0 ? now : story.suspectSince;
            // A process that was paused has to catch up.
            check(SUSPECT, maySuspect(world.setup()) && (now - story.suspectSince <= application.place().machine()
                    .trueTime(2 * world.setup().suspectLimit().toNanos()) + SLACK
                    || now - application.process().resumedAt() < SLACK), application,
                    "since " + story.suspectSince / 1e9);
        } else {
            story.suspectSince = -1;
        }
    }

    /**
     * A member that is silent is left after a quarter of a TTL, a client finds another one, a list and a question follow, and a
     * try that fails is repeated after 5 s at most.
     */
    private long timeToRecover() {
        return world.setup().ttl().toNanos() / 4 + 20 * SECOND;
    }

    private void silence(SimulatedApplication application, Story story) {
        boolean isSilent = true;
        for (int member = 0; member < world.etcd().size(); member++) {
            Link.State link = world.network().link(application.place().machine(), member).state();
            isSilent &= !link.reachesProcess() || world.etcd().member(member).isFrozen();
        }
        // What is on its way still arrives.
        story.silentSince = !isSilent ? -1 : story.silentSince >= 0 ? story.silentSince : world.scheduler().now() + 2 * SECOND;
    }

    private void lookAtServices(SimulatedApplication application, Story story) {
        LivenessView view = application.lively().view();
        Freshness freshness = view.freshness();
        List<ServiceRecord> shown = view.list(ServiceQuery.all());
        if (freshness.state() == State.LOADING) {
            check(LOADING, shown.isEmpty(), application, "it shows " + shown);
            return;
        }
        // One that is CURRENT keeps none that etcd has lost.
        boolean maySuspect = maySuspect(world.setup()) && freshness.state() != State.CURRENT;
        int first = -1;
        boolean isFresh = false;
        long asked = application.place().machine()
                .trueTimeWhen(application.process().nanoTime() - freshness.age().orElseThrow().toNanos());
        for (int number = story.era; number < log.eras(); number++) {
            Era era = log.era(number);
            if (isAsIn(era, freshness.revision(), shown, maySuspect)) {
                first = first < 0 ? number : first;
                boolean isOver = number + 1 < log.eras() && log.era(number + 1).beginning() < asked;
                long had = era.registryRevisionBefore(asked);
                // Its revision may be older, if all that was written since then was undone again.
                isFresh |= !isOver && (had <= freshness.revision() || isAsIn(era, had, shown, maySuspect));
            }
        }
        check(LIST, first >= 0, application, difference(log.era(), freshness.revision(), shown));
        check(FRESH, isFresh || first < 0, application, "etcd had " + log.era().registryRevisionBefore(asked)
                + " of its history " + log.eras() + " at " + asked / 1e9 + " s");
        if (first >= 0) {
            story.era = first;
            findByName(application, log.era(first), freshness.revision(), maySuspect ? List.of() : shown);
        }
    }

    private void findByName(SimulatedApplication application, Era era, long revision, List<ServiceRecord> shown) {
        if (!shown.isEmpty() && era == log.era()) {
            ServiceRecord one = shown.get(turn % shown.size());
            ServiceRecord found = application.lively().view().find(one.type(), one.host()).orElse(null);
            check(NAMES, Objects.equals(found, era.named(one.type(), one.host(), revision)), application,
                    "found " + found + " for " + one);
        }
    }

    private boolean isAsIn(Era era, long revision, List<ServiceRecord> shown, boolean maySuspect) {
        List<ServiceRecord> real = era.list(ServiceQuery.all(), revision);
        if (shown.equals(real)) {
            return true;
        }
        if (!maySuspect) {
            return false;
        }
        // Those that are suspect were UP.
        List<ServiceRecord> others = new ArrayList<>(shown);
        others.removeAll(real);
        return others.stream().allMatch(service -> {
            ServiceRecord now = era.record(service.uuid(), revision);
            return service.isUp() && (now == null || now.liveness() == Liveness.EXPIRED);
        }) && real.stream().filter(service -> !shown.contains(service))
                .allMatch(service -> others.stream().anyMatch(other -> other.uuid().equals(service.uuid())));
    }

    private static String difference(Era era, long revision, List<ServiceRecord> shown) {
        List<ServiceRecord> real = era.list(ServiceQuery.all(), revision);
        List<ServiceRecord> missing = new ArrayList<>(real);
        missing.removeAll(shown);
        List<ServiceRecord> others = new ArrayList<>(shown);
        others.removeAll(real);
        return "etcd has at " + revision + "\n  " + missing + "\n  where the view has\n  " + others;
    }

    @Override
    public void awaited(RevisionWait wait) {
        long now = world.scheduler().now();
        SimulatedApplication application = wait.application();
        Freshness freshness = application.lively().view().freshness();
        if (wait.failure() == null) {
            if (wait.history() == world.histories()) {
                check(AWAITED, freshness.revision() >= wait.revision(), application, "not at " + wait.revision());
            }
        } else {
            world.count("awaited in vain");
        }
        Machine machine = application.place().machine();
        long limit = machine.trueTime(3 * SimulatedClient.REQUEST_TIMEOUT.toNanos()) + SLACK;
        if (world.trouble().quietSince(machine) < wait.since() && !application.isStopping()) {
            check(AWAITED_IN_TIME, now - wait.since() <= limit, application, "waited since " + wait.since() / 1e9);
            Story story = stories.get(application);
            if (story != null && story.startedAt >= 0
                    && wait.since() - Math.max(world.trouble().quietSince(machine), story.startedAt) > timeToRecover()) {
                check(AWAITED_IN_TIME, wait.failure() == null && now - wait.since() <= 2 * SECOND, application,
                        "nothing is broken, and it waited since " + wait.since() / 1e9 + ", failure " + wait.failure());
            }
        }
    }

    @Override
    public void beforeStop() {
        stories.forEach((application, story) -> {
            LivenessView view = application.lively().view();
            if (!application.process().isRunning() || application.isStopping() || !application.lively().view().isStarted()) {
                return;
            }
            long last = log.era().registryRevisionBefore(world.scheduler().now() - SECOND);
            Freshness freshness = view.freshness();
            check(CONVERGES, freshness.state() == State.CURRENT && freshness.revision() >= last, application,
                    "etcd is at " + last);
            List<ServiceRecord> shown = view.list(ServiceQuery.all());
            check(CONVERGES, log.era().list(ServiceQuery.all(), freshness.revision()).equals(shown), application,
                    difference(log.era(), freshness.revision(), shown));
        });
    }
}
