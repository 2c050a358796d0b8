package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.demo.DemoProcess;
import io.quarkiverse.lively.demo.faults.Viewer.Told;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.RegistryContents;

/** One fault, made once: what is done, what is promised while it lasts, and what is promised after each. */
final class Trial {

    /** A promised bound may be missed by that on a busy machine. */
    private static final Duration SLACK = Duration.ofSeconds(2);
    private static final Duration OF_EXPIRY = Duration.ofSeconds(1);
    /** As they are if nobody configures them. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);
    /** Pools of Quarkus grow and shrink by themselves. */
    private static final int SOME_THREADS = 10;
    private static final int SOME_DESCRIPTORS = 10;

    private final Scene scene;
    private final Row row;
    private final Map<Viewer, Integer> told = new HashMap<>();
    private final String victim;
    private OptionalLong crashedAt = OptionalLong.empty();
    private Duration toldWithin;
    private boolean victimIsGone;
    private boolean leasesMayRunOut;
    private boolean dataAreLost;
    private boolean recovered;

    Trial(Scene scene, Row row) {
        this.scene = scene;
        this.row = row;
        this.victim = scene.victim().uuid();
        this.toldWithin = scene.ttl().plus(OF_EXPIRY);
        scene.viewers().forEach(viewer -> told.put(viewer, viewer.count()));
    }

    /** The victim dies without a word. It is restarted after the fault. */
    void crash() {
        scene.victim().kill();
        crashed();
        victimIsGone = true;
    }

    /** From now on nobody keeps the victim alive. */
    void crashed() {
        crashedAt = OptionalLong.of(System.nanoTime());
    }

    /** Stopped in peace; it is restarted after the fault. */
    void victimHasStopped() {
        victimIsGone = true;
    }

    /** etcd gives each lease its whole TTL again when it has another leader. */
    void leaderChanges(long times) {
        toldWithin = toldWithin.plus(scene.ttl().multipliedBy((int) times));
    }

    /** Does that, after which etcd has a leader again, which it lost by it. */
    void withoutLeader(Runnable activity) {
        long start = System.nanoTime();
        activity.run();
        Duration gone = since(start);
        row.measured("etcd has a leader again", gone);
        toldWithin = toldWithin.plus(gone);
    }

    /** A view without a registration beside it may ask a member that does not answer, and has to notice that first. */
    void memberFallsSilent() {
        withheld(PROGRESS_INTERVAL.plus(REQUEST_TIMEOUT));
    }

    /** A viewer cannot be told for so long. */
    void withheld(Duration time) {
        toldWithin = toldWithin.plus(time);
    }

    /** etcd itself lets the leases of those who live run out. */
    void leasesMayRunOut() {
        leasesMayRunOut = true;
    }

    /** etcd itself loses who lives, and views may see it. */
    void dataAreLost() {
        leasesMayRunOut = true;
        dataAreLost = true;
    }

    void last(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Awaitility.await().atMost(time.plusSeconds(60)).pollInterval(Duration.ofMillis(20))
                .until(() -> System.nanoTime() >= end);
    }

    /** As long as the fault lasts, nobody shows anybody who lives as anything but UP. */
    void nobodyIsShownDown() {
        for (Viewer viewer : scene.viewers()) {
            for (String uuid : scene.living()) {
                assertTrue(viewer.view().isUp(uuid), () -> viewer.view().find(uuid) + ", " + viewer.view().freshness());
            }
        }
        for (DemoProcess application : scene.applications()) {
            List<String> up = application.get("/view/services").path("findAll { it.liveness == 'UP' }.uuid");
            assertTrue(up.containsAll(scene.living()), () -> application.get("/view/freshness").asString());
        }
    }

    /** Who lives knows that others may see it expire. */
    void applicationsKnowThatTheyAreLost() {
        scene.applications().forEach(application -> {
            assertEquals("LOST", application.state(), application::reason);
            assertTrue(application.reason().matches(".*(cannot be reached|does not serve): .*"), application::reason);
        });
    }

    /** From now on it takes no longer until all are registered. */
    void registeredWithin(Duration promised) {
        registeredWithin("every live service is registered again", promised);
    }

    void registeredWithin(String what, Duration promised) {
        long start = System.nanoTime();
        Awaitility.await(what).atMost(promised.plus(SLACK).plusSeconds(10)).pollInterval(Duration.ofMillis(20))
                .until(() -> scene.allLivingAreRegistered());
        check(what, promised, since(start));
        recovered = true;
    }

    /** Something that is promised within a time. */
    void check(String what, Duration promised, Duration measured) {
        row.measured(what, promised, measured);
        assertInTime(what, promised, measured);
    }

    private static void assertInTime(String what, Duration promised, Duration measured) {
        assertTrue(measured.compareTo(promised.plus(SLACK)) <= 0,
                () -> what + " was promised within " + promised + " and took " + measured);
    }

    /** What the row tells beside times. */
    void note(String what, String seen) {
        row.noted(what, seen);
    }

    /** What the viewers were told of a service since the fault began. */
    List<LivenessEvent> toldOf(Viewer viewer, String uuid) {
        return since(viewer).stream().filter(each -> each.uuid().filter(uuid::equals).isPresent()).map(Told::event).toList();
    }

    String victim() {
        return victim;
    }

    /** What is promised after each fault. */
    void conclude() {
        if (!recovered) {
            registeredWithin(scene.ttl());
        }
        crashedAt.ifPresent(this::awaitWordOfTheCrash);
        if (victimIsGone) {
            scene.restartVictim(Map.of());
            long start = System.nanoTime();
            Awaitility.await("the victim is back").atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(20))
                    .until(() -> "REGISTERED".equals(scene.victim().state()));
            check("an application that starts again is registered", OF_EXPIRY, since(start));
            assertEquals(victim, scene.victim().uuid(), "It is the same service");
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(100))
                .untilAsserted(this::assertAllAgree);
        scene.viewers().forEach(Viewer::assertNothingWasToldTwice);
        assertNobodyAliveWasShownDown();
        assertNothingIsLeftOver();
    }

    private void awaitWordOfTheCrash(long crash) {
        Duration longest = Duration.ZERO;
        for (Viewer viewer : scene.viewers()) {
            Told word = Awaitility.await("a word of the crash").atMost(toldWithin.plus(SLACK).plusSeconds(10))
                    .pollInterval(Duration.ofMillis(20)).until(() -> since(viewer).stream()
                            .filter(each -> each.at() >= crash && isOfTheCrash(each)).findFirst().orElse(null),
                            Objects::nonNull);
            Duration measured = Duration.ofNanos(word.at() - crash);
            longest = measured.compareTo(longest) > 0 ? measured : longest;
        }
        row.measuredOf("a crash is seen as EXPIRED", toldWithin, longest);
        assertInTime("a crash is seen as EXPIRED", toldWithin, longest);
        if (victimIsGone) {
            assertEquals(Optional.of(Liveness.EXPIRED), scene.generator().registry().liveness(victim));
        }
    }

    private boolean isOfTheCrash(Told told) {
        return told.uuid().filter(victim::equals).isPresent()
                && Events.current(told.event()).filter(record -> record.liveness() == Liveness.EXPIRED).isPresent();
    }

    /** What was told leads to what the views show, that is what etcd has, and its keys agree with each other. */
    private void assertAllAgree() {
        List<ServiceRecord> truth = scene.generator().registry().list(ServiceQuery.all());
        assertEquals(Scene.SERVICES, truth.stream().filter(ServiceRecord::isUp).count());
        for (Viewer viewer : scene.viewers()) {
            assertEquals(truth, viewer.view().list(ServiceQuery.all()));
            assertEquals(truth.stream().collect(Collectors.toMap(ServiceRecord::uuid, record -> record)), viewer.replay());
        }
        RegistryContents contents = RegistryContents.read(scene.rawEtcd());
        contents.assertConsistent();
        assertEquals(Scene.SERVICES, contents.claims().size(), "one claim for each service");
        assertEquals(truth.size(), truth.stream().map(record -> record.type() + "/" + record.host()).distinct().count(),
                "nobody is registered twice");
        assertEquals(Scene.SERVICES, truth.size(), "nobody else is registered");
    }

    private void assertNobodyAliveWasShownDown() {
        Set<String> expired = new TreeSet<>();
        Set<String> removed = new TreeSet<>();
        for (Viewer viewer : scene.viewers()) {
            for (Told each : since(viewer)) {
                String uuid = each.uuid().filter(scene.living()::contains).orElse(null);
                Liveness liveness = Events.current(each.event()).map(ServiceRecord::liveness).orElse(null);
                if (uuid != null && liveness == null) {
                    removed.add(uuid);
                } else if (uuid != null && liveness == Liveness.EXPIRED) {
                    expired.add(uuid);
                } else if (uuid != null) {
                    assertEquals(Liveness.UP, liveness, () -> "It lives: " + each);
                }
            }
        }
        row.noted("live services that a view showed as EXPIRED meanwhile", Integer.toString(expired.size()));
        assertTrue(expired.isEmpty() || leasesMayRunOut, () -> "They live, and were seen to expire: " + expired);
        if (dataAreLost) {
            row.noted("live services that a view showed as removed meanwhile", Integer.toString(removed.size()));
        } else {
            assertEquals(Set.of(), removed, "They live");
        }
    }

    private void assertNothingIsLeftOver() {
        Awaitility.await("threads and connections are as many as before").atMost(Duration.ofSeconds(20))
                .until(scene::growth, growth -> growth.threads() <= SOME_THREADS
                        && growth.descriptors() <= SOME_DESCRIPTORS);
    }

    private List<Told> since(Viewer viewer) {
        return viewer.toldSince(told.get(viewer));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
