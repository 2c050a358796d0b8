package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Loss;

/** Each time a service is not registered any more is measured once, with the reason; that it was stopped is none. */
class LossesAreMeasuredTest {

    private final Scene scene = Scene.registered();

    @Test
    void aLeaseThatMayHaveRunOut() {
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        scene.seconds(60);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(List.of(Loss.LEASE_EXPIRED), scene.losses);
    }

    @Test
    void aLeaseThatIsGone() {
        scene.etcd.revoke(scene.leaseOfUp());
        scene.seconds(10);
        scene.etcd.revoke(scene.leaseOfUp());
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(List.of(Loss.LEASE_GONE, Loss.LEASE_GONE), scene.losses);
    }

    @Test
    void keysThatWereDeletedAndCannotBePutBack() {
        scene.etcd.refuseWrites("no space");
        scene.etcd.delete(scene.layout.owner(Scene.ID.uuid()));
        scene.seconds(10);
        assertEquals(RegistrationState.LOST, scene.state());
        assertEquals(List.of(Loss.KEYS_DELETED), scene.losses);
    }

    @Test
    void anotherProcess() {
        scene.start(scene.process(Scene.ID));
        scene.pass(Duration.ofMinutes(1));
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(List.of(Loss.FENCED), scene.losses);
    }

    @Test
    void anOutageShorterThanTheLeaseAndAStopAreNone() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(3);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(30);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(30);
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(List.of(), scene.losses);
    }
}
