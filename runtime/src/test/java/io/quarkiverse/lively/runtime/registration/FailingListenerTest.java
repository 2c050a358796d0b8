package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** Registrations share a lease and a watch: one that fails at a notice of them does not keep it from the others. */
class FailingListenerTest {

    private final Scene scene = new Scene();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Registration> notified = new ArrayList<>();
    private final Worker worker = new SurvivingWorker();
    private boolean fails;
    private Registrar registrar;
    private List<Registration> registrations;

    @BeforeEach
    void register() {
        registrar = new Registrar(scene.etcd, scene.layout, worker, new FakePlatform(worker),
                new Registrar.Settings(true, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0", Map.of(), OnConflict.TAKEOVER,
                        false, false),
                Optional.empty(), change -> {
                    notified.add(change.registration());
                    if (fails) {
                        throw new IllegalStateException("on purpose");
                    }
                }, LivelyMetrics.NONE);
        scene.start(registrar);
        registrations = List.of(registrar.own(), registrar.register(ServiceDefinition.of("queue", "q1")),
                registrar.register(ServiceDefinition.of("queue", "q2")));
        scene.seconds(1);
        assertAllAre(RegistrationState.REGISTERED);
        notified.clear();
    }

    @Test
    void aLostLeaseAndTheNextOne() {
        fails = true;
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(8);
        assertAllAre(RegistrationState.LOST);
        assertEquals(3, notified.size(), "told of the loss");
        assertEquals(3, failures.size());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(8);
        assertAllAre(RegistrationState.REGISTERED);
        assertTrue(scene.isUp());
    }

    @Test
    void aLeaseThatIsRevoked() {
        fails = true;
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(8);
        assertAllAre(RegistrationState.REGISTERED);
        assertTrue(scene.isUp(), "it is not kept from asking for another lease");
        assertEquals(1, scene.etcd.leases().size());
    }

    /** The notice that fails is the end of a look that failed. */
    @Test
    void aLossThatALookFinds() {
        scene.etcd.beDeaf();
        for (Registration registration : registrations) {
            scene.etcd.delete(scene.layout.owner(registration.record().uuid()));
        }
        fails = true;
        scene.etcd.refuseWrites("no space");
        scene.seconds(8);
        assertAllAre(RegistrationState.LOST);
        assertEquals(3, failures.size());
        fails = false;
        scene.etcd.refuseWrites(null);
        scene.seconds(8);
        assertAllAre(RegistrationState.REGISTERED);
    }

    @Test
    void aWatchWhoseChangesWereCompacted() {
        scene.etcd.beDeaf();
        for (Registration registration : registrations) {
            scene.etcd.delete(scene.layout.owner(registration.record().uuid()));
        }
        scene.etcd.beforeCommit(scene.etcd.commits + 1, () -> {
            throw new IllegalStateException("on purpose");
        });
        scene.etcd.endWatches(new EtcdException(EtcdException.Kind.COMPACTED, "compacted", null));
        assertEquals(1, failures.size());
        long claimed = registrations.stream()
                .filter(registration -> scene.etcd.has(scene.layout.owner(registration.record().uuid()))).count();
        assertEquals(2, claimed);
    }

    private void assertAllAre(RegistrationState state) {
        registrations.forEach(
                registration -> assertEquals(state, registration.state(), registration + ": " + registration.reason()));
    }

    /** As the real one: a task that fails is noted, and the next one runs. */
    private final class SurvivingWorker implements Worker {

        @Override
        public long nanoTime() {
            return scene.worker.nanoTime();
        }

        @Override
        public Instant now() {
            return scene.worker.now();
        }

        @Override
        public void execute(Runnable task) {
            scene.worker.execute(surviving(task));
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            return scene.worker.after(delay, surviving(task));
        }

        @Override
        public void close() {
            scene.worker.close();
        }

        private Runnable surviving(Runnable task) {
            return () -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            };
        }
    }
}
