package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.demo.DemoProcess;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;

/** What befalls one application of a fleet. */
class ApplicationFaultsIT extends Faults {

    @Override
    Scene scene(EtcdProgram program) {
        return new Scene(form, new Members(List.of(EtcdServer.started(program))), false);
    }

    @Test
    @Tag(LONG)
    void killed() {
        make("An application is killed (SIGKILL), and started again", Trial::crash);
    }

    @Test
    void stoppedForThreeTtls() {
        make("An application is stopped for three TTLs (SIGSTOP), and goes on (SIGCONT)", trial -> {
            DemoProcess victim = scene().victim();
            String lease = victim.get("/self").path("leaseId");
            victim.freeze();
            trial.crashed();
            trial.last(scene().ttl().multipliedBy(3));
            victim.thaw();
            long thawed = System.nanoTime();
            Awaitility.await("another lease").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20))
                    .until(() -> "REGISTERED".equals(victim.state()) && !lease.equals(victim.get("/self").path("leaseId")));
            trial.check("it is registered again, under another lease", Duration.ofSeconds(2),
                    Duration.ofNanos(System.nanoTime() - thawed));
        });
    }

    @Test
    void endedUnderTraffic() {
        make("An application is ended (SIGTERM) while a client, who looks before each request whether it is up, asks it"
                + " without a pause", trial -> {
                    AtomicInteger answers = new AtomicInteger();
                    AtomicInteger failures = new AtomicInteger();
                    AtomicBoolean over = new AtomicBoolean();
                    DemoProcess victim = scene().victim();
                    Thread client = new Thread(() -> {
                        while (!over.get()) {
                            if (scene().viewers().get(0).view().isUp(trial.victim())) {
                                (victim.listens() ? answers : failures).incrementAndGet();
                            } else {
                                Thread.onSpinWait();
                            }
                        }
                    }, "client");
                    client.setDaemon(true);
                    client.start();
                    try {
                        trial.last(Duration.ofSeconds(1));
                        victim.terminate();
                        long asked = System.nanoTime();
                        scene().viewers().forEach(viewer -> Awaitility.await("DOWN").atMost(Duration.ofSeconds(10))
                                .pollInterval(Duration.ofMillis(5)).until(() -> !viewer.view().isUp(trial.victim())));
                        trial.check("it is seen as DOWN", Duration.ofSeconds(1),
                                Duration.ofNanos(System.nanoTime() - asked));
                        awaitEnd(victim);
                    } finally {
                        over.set(true);
                    }
                    Awaitility.await("the client is at its end").until(() -> !client.isAlive());
                    trial.note("requests that were not answered", failures.get() + " of " + answers.get());
                    assertTrue(answers.get() > 0);
                    assertEquals(0, failures.get());
                    trial.last(scene().ttl());
                    scene().viewers().forEach(viewer -> assertEquals(List.of(Reason.SHUTDOWN),
                            trial.toldOf(viewer, trial.victim()).stream()
                                    .filter(event -> !Events.current(event).orElseThrow().isUp())
                                    .map(Events::reason).distinct().toList()));
                    trial.victimHasStopped();
                });
    }

    @Test
    @Tag(LONG)
    @NeedsProgram("faketime")
    void clockMoved() {
        make("The wall clock of an application is moved an hour ahead, then to an hour behind", trial -> {
            Path clock = clock();
            set(clock, Duration.ZERO);
            scene().victim().kill();
            DemoProcess victim = scene()
                    .restartVictim(Map.of("LD_PRELOAD", faketime(), "FAKETIME_TIMESTAMP_FILE", clock.toString(),
                            "FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1"));
            victim.awaitRegistered();
            scene().viewers().forEach(viewer -> Awaitility.await().until(() -> viewer.view().isUp(trial.victim())));
            int before = scene().viewers().get(0).count();
            String lease = victim.get("/self").path("leaseId");
            for (Duration moved : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
                set(clock, moved);
                Awaitility.await("its clock is moved by " + moved).atMost(Duration.ofSeconds(20))
                        .until(() -> ahead(victim).minus(moved).abs().compareTo(Duration.ofMinutes(1)) < 0);
                trial.last(scene().ttl().multipliedBy(2));
                assertEquals("REGISTERED", victim.state());
            }
            assertEquals(lease, victim.get("/self").path("leaseId"));
            List<LivenessEvent> told = scene().viewers().get(0).toldSince(before).stream().map(Viewer.Told::event).toList();
            assertEquals(List.of(), told);
            trial.note("changes that were seen of it", Integer.toString(told.size()));
            trial.crash();
        });
    }

    private static void awaitEnd(DemoProcess process) {
        try {
            assertTrue(process.hasEndedWithin(Duration.ofSeconds(15)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path clock() {
        try {
            Path file = Files.createTempFile("lively-clock", "");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(Path clock, Duration offset) {
        try {
            Files.writeString(clock, "%+dh%n".formatted(offset.toHours()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The library that the program of that name puts before others, for processes of several threads. */
    private static String faketime() {
        try {
            Process program = new ProcessBuilder("faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD").start();
            return new String(program.getInputStream().readAllBytes()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By how much its wall clock is ahead of this one: its view is seldom more than some seconds old. */
    private static Duration ahead(DemoProcess application) {
        return Duration.between(Instant.now(), Instant.parse(application.get("/view/freshness").path("asOf")));
    }
}
