package io.quarkiverse.lively.demo.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;

/** What befalls an etcd of one member. */
class OneMemberFaultsIT extends Faults {

    private static final int QUOTA = 32 << 20;
    private static final int FILLER = 1 << 20;

    @Override
    Scene scene(EtcdProgram program) {
        return new Scene(form,
                new Members(List.of(EtcdServer.started(program, "--quota-backend-bytes", Integer.toString(QUOTA)))), false);
    }

    @Test
    void killed() {
        make("etcd is killed (SIGKILL), and started again after the TTL and two seconds", trial -> {
            trial.crash();
            trial.leaderChanges(1);
            trial.withoutLeader(() -> {
                scene().etcd().kill();
                trial.last(scene().ttl().plusSeconds(2));
                trial.applicationsKnowThatTheyAreLost();
                trial.nobodyIsShownDown();
                scene().etcd().start();
            });
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    @Tag(LONG)
    void stoppedForThreeTtls() {
        make("etcd is stopped for three TTLs (SIGSTOP), and goes on (SIGCONT): all leases have run out", trial -> {
            trial.leasesMayRunOut();
            trial.crash();
            trial.withoutLeader(() -> {
                scene().etcd().freeze();
                trial.last(scene().ttl().multipliedBy(3));
                trial.nobodyIsShownDown();
                scene().etcd().thaw();
                scene().etcd().awaitAnswer();
            });
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    void wiped() {
        make("etcd loses all its data. A crash at that moment cannot be seen as EXPIRED, as nothing is left of the service: it is"
                + " removed, and if it is one of ten or more of its type, after view.suspect-limit. Holds and histories are lost",
                trial -> {
                    trial.dataAreLost();
                    scene().victim().kill();
                    scene().etcd().wipe();
                    trial.nobodyIsShownDown();
                    scene().etcd().start();
                    long back = System.nanoTime();
                    trial.registeredWithin(scene().ttl());
                    scene().viewers().forEach(viewer -> Awaitility.await().atMost(Duration.ofSeconds(20))
                            .until(() -> viewer.view().find(trial.victim()).isEmpty()));
                    trial.check("a crash at that moment is seen as removed", scene().ttl(),
                            Duration.ofNanos(System.nanoTime() - back));
                    trial.victimHasStopped();
                });
    }

    @Test
    @Tag(LONG)
    void noSpace() {
        make("etcd runs out of space (NOSPACE), is compacted, defragmented and disarmed", trial -> {
            trial.crash();
            fill();
            trial.last(scene().ttl().plusSeconds(1));
            assertTrue(String.join("", scene().etcd().etcdctl("alarm", "list")).contains("NOSPACE"));
            trial.nobodyIsShownDown();
            scene().etcd().etcdctl("del", "filler");
            scene().etcd().compact();
            scene().etcd().etcdctl("defrag");
            scene().etcd().etcdctl("alarm", "disarm");
            trial.registeredWithin(scene().ttl());
        });
    }

    @Test
    void compactedWhileAViewerIsCutOff() {
        make("etcd is compacted while a viewer is cut off", trial -> {
            int before = scene().viewers().get(1).count();
            long cutOff = System.nanoTime();
            scene().doorOfTheLastViewer().refuse();
            trial.crash();
            for (int i = 0; i < 20; i++) {
                try (Registration passing = scene().generator().registry()
                        .register(ServiceDefinition.of("load-0", "passing"))) {
                    Awaitility.await().pollInterval(Duration.ofMillis(5))
                            .until(() -> passing.state() == RegistrationState.REGISTERED);
                }
            }
            scene().generator().registry().delete(scene().generator().registry().find("load-0", "passing").orElseThrow()
                    .uuid());
            trial.last(scene().ttl());
            scene().etcd().compact();
            trial.nobodyIsShownDown();
            scene().doorOfTheLastViewer().acceptAgain();
            trial.withheld(Duration.ofNanos(System.nanoTime() - cutOff).plus(scene().ttl()));
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> scene().viewers().get(1)
                    .toldSince(before).stream().anyMatch(told -> told.event() instanceof Resynced));
        });
    }

    private void fill() {
        ByteString filler = ByteString.copyFrom(new byte[FILLER]);
        try {
            for (int i = 0; i < 2 * QUOTA / FILLER; i++) {
                scene().rawEtcd().commit(new Transaction(List.of(),
                        List.of(new Transaction.Put(ByteString.copyFromUtf8("filler"), filler, 0)), List.of())).join();
            }
        } catch (CompletionException e) {
            // It is full.
        }
    }
}
