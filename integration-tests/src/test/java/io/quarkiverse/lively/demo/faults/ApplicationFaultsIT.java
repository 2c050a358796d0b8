package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
    @Tag(LONG_ON_NEXT)
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
    @Tag(LONG_ON_NEXT)
    void endedUnderTraffic() throws InterruptedException {
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
                    client.start();
                    trial.last(Duration.ofSeconds(1));
                    victim.terminate();
                    long asked = System.nanoTime();
                    scene().viewers().forEach(viewer -> Awaitility.await("DOWN").atMost(Duration.ofSeconds(10))
                            .pollInterval(Duration.ofMillis(5)).until(() -> !viewer.view().isUp(trial.victim())));
                    trial.check("it is seen as DOWN", Duration.ofSeconds(1), Duration.ofNanos(System.nanoTime() - asked));
                    awaitEnd(victim);
                    over.set(true);
                    trial.note("requests that were not answered", failures.get() + " of " + answers.get());
                    assertTrue(answers.get() > 0);
                    assertEquals(0, failures.get());
                    trial.last(scene().ttl());
                    scene().viewers().forEach(viewer -> assertEquals(List.of(Reason.SHUTDOWN),
                            trial.toldOf(viewer, trial.victim()).stream()
                                    .filter(event -> !event.current().orElseThrow().isUp())
                                    .map(LivenessEvent::reason).distinct().toList()));
                    trial.victimHasStopped();
                });
    }

    @Test
    @Tag(LONG)
    @NeedsProgram("faketime")
    void clockMoved() {
        make("The wall clock of an application is moved an hour ahead, then an hour back", trial -> {
            Path clock = clock();
            set(clock, "+0");
            scene().victim().kill();
            DemoProcess victim = scene().restartVictim(Map.of("LD_PRELOAD", "libfaketimeMT.so.1",
                    "LD_LIBRARY_PATH", "/usr/lib/x86_64-linux-gnu/faketime", "FAKETIME_TIMESTAMP_FILE", clock.toString(),
                    "FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1"));
            victim.awaitRegistered();
            scene().viewers().forEach(viewer -> Awaitility.await().until(() -> viewer.view().isUp(trial.victim())));
            int before = scene().viewers().get(0).count();
            String lease = victim.get("/self").path("leaseId");
            for (String moved : List.of("+1h", "-1h")) {
                set(clock, moved);
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

    /** @param offset as faketime takes it */
    private static void set(Path clock, String offset) {
        try {
            Files.writeString(clock, offset + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
