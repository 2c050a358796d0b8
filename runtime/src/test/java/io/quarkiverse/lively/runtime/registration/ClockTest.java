package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationState;

/** The wall clock decides when windows begin and end, and nothing else. */
class ClockTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final Scene scene = Scene.registered();

    @Test
    void anHourEitherWayIsNoLoss() {
        for (Duration jump : new Duration[] { HOUR, HOUR.negated() }) {
            scene.worker.setClock(jump);
            scene.etcd.forgetWritten();
            scene.seconds(60);
            assertEquals(RegistrationState.REGISTERED, scene.state());
            assertTrue(scene.isUp());
            assertTrue(scene.etcd.written().isEmpty());
        }
        assertEquals(1, scene.changes.size());
    }

    @Test
    void anEndThatAClockJumpsOverIsKeptWithinASecond() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(1800));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.seconds(10);
        scene.worker.setClock(HOUR);
        scene.seconds(1);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void anEndThatAClockMovesAwayFromIsKeptByTheClock() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(10));
        scene.seconds(5);
        scene.worker.setClock(Duration.ofSeconds(-30));
        scene.seconds(34);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.seconds(2);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void afterAMachineWasSuspendedTheLeaseIsProbedAtOnce() {
        int renewals = scene.etcd.renewals;
        scene.worker.setClock(Duration.ofSeconds(30));
        scene.seconds(1);
        assertEquals(renewals + 1, scene.etcd.renewals);
        scene.pass(Duration.ofMillis(1_500));
        assertEquals(renewals + 1, scene.etcd.renewals, "and then as always");
    }
}
