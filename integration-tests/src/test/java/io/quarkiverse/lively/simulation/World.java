package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.simulation.etcd.Commit;
import io.quarkiverse.lively.simulation.etcd.EtcdCluster;
import io.quarkiverse.lively.simulation.etcd.Witness;

/** One run: etcd, the network, the processes, what is done to them, and what is checked meanwhile. One thread. */
final class World {

    /** No run needs so many: something goes round in a circle. */
    private static final long MOST_STEPS = 20_000_000;
    private static final Duration MOST_DISTANCE = Duration.ofMillis(40);
    private static final Duration TICK = Duration.ofMillis(250);

    private final Plan plan;
    private final Scheduler scheduler = new Scheduler();
    private final Trace trace;
    private final Chance chance;
    private final KeyLayout layout = new KeyLayout("");
    private final EtcdCluster etcd;
    private final Network network;
    private final Trouble trouble;
    private final List<Place> places = new ArrayList<>();
    private final List<Check> checks;
    private final List<Runnable> atHealing = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final OsLively osLively;
    private int histories;
    private Violation violation;

    /**
     * A promise that was broken.
     *
     * @param check the name of the promise
     */
    record Violation(String check, String message) {
    }

    /**
     * What came of a run.
     *
     * @param violation empty if all promises were kept
     * @param counts how often each thing happened, and how often each promise was seen kept
     */
    record Outcome(Plan plan, Optional<Violation> violation, long hash, long steps, Map<String, Long> counts,
            List<String> trace) {
    }

    /** @param lines how many lines of the trace are kept to be read; 0 for none */
    private World(Plan plan, int lines, Function<World, List<Check>> promises) {
        this.plan = plan;
        this.trace = new Trace(scheduler, lines);
        this.chance = new Chance(plan.seed());
        this.etcd = new EtcdCluster(scheduler, chance.of("etcd"), plan.setup().version(), plan.setup().members());
        if (plan.setup().learner()) {
            etcd.addLearner();
        }
        RandomGenerator habits = chance.of("habits of etcd");
        if (habits.nextBoolean()) {
            etcd.progressEvery(Duration.ofMillis(habits.nextLong(2_000, 60_000)));
        }
        if (habits.nextBoolean()) {
            etcd.revisionsAResponse(habits.nextInt(1, 4));
        }
        this.network = new Network(scheduler, etcd, chance.derived("network"), plan.setup().users(), distance(chance), trace);
        this.trouble = new Trouble(scheduler);
        this.checks = promises.apply(this);
        for (Act.Kind kind : Act.Kind.values()) {
            counts.put("act " + kind, 0L);
        }
        this.checks.forEach(check -> check.promises().forEach(promise -> counts.put("check " + promise, 0L)));
        etcd.witness(new Witness() {
            @Override
            public void committed(Commit commit) {
                trace.note(commit.who(), "commit", commit.hash(), () -> CommitText.of(commit));
                forEachCheck(check -> check.committed(commit));
            }

            @Override
            public void wiped() {
                replaced("wiped", 1);
            }

            @Override
            public void restored(long revision) {
                replaced("restored", revision);
            }
        });
        if (trace.isRead()) {
            etcd.trace(this::remark);
        }
        plan.setup().processes().forEach(setup -> places.add(new Place(this, setup)));
        this.osLively = new OsLively(this);
    }

    /** A commit is noted once, with what it changes. */
    private void remark(Supplier<String> words) {
        String text = words.get();
        if (!text.startsWith("etcd commits")) {
            trace.remark("etcd", "", () -> text);
        }
    }

    private void replaced(String how, long revision) {
        histories++;
        note("etcd", how, revision, () -> "to revision " + revision);
        forEachCheck(Check::replaced);
    }

    /** In some runs etcd is far away: much may happen between a question and its answer then. */
    private static long distance(Chance chance) {
        RandomGenerator random = chance.of("distance");
        return random.nextInt(3) == 0 ? random.nextLong(MOST_DISTANCE.toNanos()) : 0;
    }

    static Outcome run(Plan plan, int lines, BugLog log) {
        return run(plan, lines, log, Checks::all);
    }

    /** @param checks of that world */
    static Outcome run(Plan plan, int lines, BugLog log, Function<World, List<Check>> checks) {
        World world = new World(plan, lines, checks);
        log.of(world);
        try {
            return world.run();
        } finally {
            log.of(null);
        }
    }

    private Outcome run() {
        Acts acts = new Acts(this);
        for (Act act : plan.acts()) {
            scheduler.after(act.time(), () -> {
                count("act " + act.kind());
                note(act.name(), act.kind().name(), act.target(), act::toString);
                acts.perform(act);
            });
        }
        scheduler.after(Plan.HEALED.toNanos(), this::heal);
        scheduler.after(Plan.STOP.toNanos(), () -> {
            forEachCheck(Check::beforeStop);
            note("world", "stops", 0, () -> "all processes");
            places.forEach(Place::stopForGood);
            osLively.end();
        });
        tick();
        boolean goesOn = true;
        while (violation == null && goesOn) {
            try {
                goesOn = scheduler.step(Plan.END.toNanos());
            } catch (RuntimeException | Error e) {
                bug("world", e);
            }
            if (scheduler.steps() > MOST_STEPS) {
                violated("steps", "more than " + MOST_STEPS + " steps");
            }
        }
        if (violation == null) {
            forEachCheck(Check::finished);
        }
        return new Outcome(plan, Optional.ofNullable(violation), trace.hash(), scheduler.steps(), counts, trace.lines());
    }

    private void tick() {
        scheduler.after(TICK.toNanos(), () -> {
            forEachCheck(Check::tick);
            tick();
        });
    }

    private void heal() {
        note("world", "heals", 0, () -> "all that is broken is mended");
        atHealing.forEach(Runnable::run);
        atHealing.clear();
        network.heal();
        for (int i = 0; i < etcd.size(); i++) {
            etcd.start(i);
            etcd.thaw(i);
            etcd.lag(i, Duration.ZERO);
            etcd.delayWatches(i, Duration.ZERO);
            etcd.tooManyRequests(i, false);
        }
        etcd.heal();
        etcd.noSpace(false);
        etcd.requireUsers(false);
        etcd.denyWrites(false);
        forEachCheck(Check::healed);
    }

    /** Runs something after that time, or when all is mended if that is sooner. */
    void untilHealed(Duration time, Runnable end) {
        boolean[] done = new boolean[1];
        Runnable once = () -> {
            if (!done[0]) {
                done[0] = true;
                end.run();
            }
        };
        scheduler.after(time.toNanos(), once);
        atHealing.add(once);
    }

    Setup setup() {
        return plan.setup();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Chance chance() {
        return chance;
    }

    KeyLayout layout() {
        return layout;
    }

    EtcdCluster etcd() {
        return etcd;
    }

    Network network() {
        return network;
    }

    Trouble trouble() {
        return trouble;
    }

    /** The true time from which on calls of the processes there should succeed, until something is broken again. */
    long servedSince(Machine machine) {
        return trouble.quietSince(machine) + Bounds.of(setup()).recovery();
    }

    OsLively osLively() {
        return osLively;
    }

    /** A check that fails must not do so silently, wherever it is called. */
    void forEachCheck(Consumer<Check> event) {
        checks.forEach(check -> {
            try {
                event.accept(check);
            } catch (RuntimeException | Error e) {
                bug(check.getClass().getSimpleName(), e);
            }
        });
    }

    List<Place> places() {
        return places;
    }

    /** The applications whose processes have not ended. */
    Stream<SimulatedApplication> applications() {
        return places.stream().flatMap(place -> place.application().stream());
    }

    /** How often etcd was wiped or restored so far. */
    int histories() {
        return histories;
    }

    void note(String who, String what, long detail, Supplier<String> words) {
        trace.note(who, what, detail, words);
    }

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    /** A promise was seen kept. */
    void checked(String check) {
        count("check " + check);
    }

    /** A promise was broken. The run ends with the present step. */
    void violated(String check, String message) {
        if (violation == null) {
            violation = new Violation(check, message);
            note("world", "VIOLATION", 0, () -> check + ": " + message);
        }
    }

    /** A task has thrown something. */
    void bug(String who, Throwable thrown) {
        if (thrown instanceof SimulatedApplication.ObserverFailure) {
            count("observers that failed");
            return;
        }
        StackTraceElement[] frames = thrown.getStackTrace();
        StringBuilder where = new StringBuilder();
        for (int i = 0; i < Math.min(12, frames.length); i++) {
            where.append("\n      at ").append(frames[i]);
        }
        violated("no task throws", who + ": " + thrown + where);
    }
}
