package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.RegistrationState;

class LossTest {

    private final Scene scene = Scene.registered();

    @Test
    void aRegistrationIsKeptWithThreeRenewalsATtlAndNothingElseIsWritten() {
        scene.etcd.forgetWritten();
        long revision = scene.etcd.get(scene.layout.service(Scene.ID.uuid())).modRevision();
        scene.seconds(600);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(300, scene.etcd.renewals, 1);
        assertTrue(scene.etcd.written().isEmpty());
        assertEquals(revision, scene.etcd.get(scene.layout.service(Scene.ID.uuid())).modRevision());
    }

    @Test
    void theLossIsKnownHereBeforeOthersCanSeeIt() {
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        boolean lost = false;
        for (int tenths = 0; tenths < 100; tenths++) {
            scene.pass(Duration.ofMillis(100));
            lost = lost || scene.state() == RegistrationState.LOST;
            assertTrue(scene.isUp() || lost, "others see it, and it does not know");
        }
        assertTrue(lost);
        assertFalse(scene.isUp());
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
        assertEquals(Liveness.EXPIRED, scene.registrar.own().record().liveness());
    }

    @Test
    void anOutageShorterThanTheLeaseIsNoLoss() {
        long lease = scene.leaseOfUp();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        for (int tenths = 0; tenths < 30; tenths++) {
            scene.pass(Duration.ofMillis(100));
            assertEquals(RegistrationState.REGISTERED, scene.state());
        }
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(60);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(lease, scene.leaseOfUp());
    }

    @Test
    void anOutageLongerThanTheLeaseEndsInANewLease() {
        long lease = scene.leaseOfUp();
        long token = scene.registrar.own().fencingToken().getAsLong();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(60);
        assertEquals(RegistrationState.LOST, scene.state());

        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(2);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertNotEquals(lease, scene.leaseOfUp());
        assertTrue(scene.registrar.own().fencingToken().getAsLong() > token);
    }

    @Test
    void aLeaseThatOutlivedTheOutageIsUsedAgain() {
        long lease = scene.leaseOfUp();
        scene.etcd.be(FakeEtcd.Mode.MUTE);
        scene.seconds(30);
        assertEquals(RegistrationState.LOST, scene.state(), "renewed in etcd, but nobody said so");
        assertTrue(scene.isUp());

        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        // A question that nobody will answer, and the wait after it.
        scene.seconds(4);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(lease, scene.leaseOfUp());
    }

    @Test
    void aLeaseThatIsRevokedIsReplacedAtOnce() {
        scene.etcd.revoke(scene.leaseOfUp());
        assertRegisteredUnderOneLease();
    }

    @Test
    void withoutItsWatchARevokedLeaseIsReplacedAtTheNextRenewal() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.etcd.endWatches();
        scene.etcd.revoke(scene.leaseOfUp());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.pass(Scene.TTL.dividedBy(3).plusMillis(1));
        assertRegisteredUnderOneLease();
    }

    private void assertRegisteredUnderOneLease() {
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
        assertEquals(1, scene.etcd.leases().size());
    }

    @Test
    void aWipedEtcdIsFilledAgain() {
        scene.etcd.wipe();
        scene.pass(Scene.TTL.dividedBy(3).plusMillis(1));
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void aProcessThatWasStoppedForLongerThanTheLeaseKnowsAtOnce() {
        scene.worker.sleepThrough(Scene.TTL.multipliedBy(3));
        assertEquals(RegistrationState.LOST, scene.state(), "before any timer ran");
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
        assertTrue(scene.registrar.own().lease().orElseThrow().remaining().isZero());

        scene.seconds(2);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void anAnswerThatWasReadTooLateRenewsNothing() {
        scene.etcd.be(FakeEtcd.Mode.LATE);
        scene.pass(Scene.TTL.dividedBy(3).plusMillis(1));
        // The process stops with a question under way; etcd answers it meanwhile.
        scene.worker.sleepThrough(Scene.TTL.multipliedBy(2));
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        assertEquals(RegistrationState.LOST, scene.state());
    }

    @Test
    void whatVanishedFromTheIndexIsPutAgainWithinATtl() {
        scene.etcd.delete(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host()));
        scene.etcd.delete(scene.layout.region(Scene.ID.region(), Scene.ID.uuid()));
        scene.etcd.forgetWritten();
        scene.pass(Scene.TTL);
        assertTrue(scene.etcd.has(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host())));
        assertTrue(scene.etcd.has(scene.layout.region(Scene.ID.region(), Scene.ID.uuid())));
        assertEquals(2, scene.etcd.written().size(), "and nothing else is written");
    }

    @Test
    void aRecordThatWasDeletedIsRegisteredAgainWithinATtl() {
        scene.etcd.delete(scene.layout.service(Scene.ID.uuid()));
        scene.pass(Scene.TTL);
        assertTrue(scene.isUp());
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aRefusalIsTheReasonWhyItIsNotRegistered() {
        Scene refused = new Scene();
        refused.etcd.refuseWrites("database space exceeded");
        refused.start(refused.registrar);
        assertEquals(RegistrationState.STARTING, refused.state());
        refused.seconds(10);
        assertTrue(refused.registrar.own().reason().contains("database space exceeded"), refused.registrar.own().reason());

        refused.etcd.refuseWrites(null);
        refused.seconds(3);
        assertEquals(RegistrationState.REGISTERED, refused.state());
    }

    @Test
    void aRefusalIsTheReasonWhyItIsStillLost() {
        scene.etcd.refuseWrites("database space exceeded");
        scene.etcd.revoke(scene.leaseOfUp());
        scene.seconds(10);
        assertEquals(RegistrationState.LOST, scene.state());
        assertTrue(scene.registrar.own().reason().contains("database space exceeded"), scene.registrar.own().reason());
    }

    @Test
    void keysThatAreGoneAndCannotBePutBackAreALossThoughTheLeaseLives() {
        scene.etcd.refuseWrites("database space exceeded");
        scene.etcd.delete(scene.layout.up(Scene.ID.uuid()));
        scene.etcd.delete(scene.layout.owner(Scene.ID.uuid()));
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.LOST, scene.state());
        assertTrue(scene.registrar.own().reason().contains("database space exceeded"), scene.registrar.own().reason());

        scene.etcd.refuseWrites(null);
        scene.seconds(3);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void aRefusalOfAChangeIsNoLossAndTheReasonSaysWhatIsWrong() {
        scene.etcd.refuseWrites("database space exceeded");
        scene.registrar.own().down("disk");
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("it is UP, but database space exceeded", scene.registrar.own().reason());
        assertTrue(scene.isUp());

        scene.etcd.refuseWrites(null);
        scene.seconds(3);
        assertFalse(scene.isUp());
        assertTrue(scene.registrar.own().reason().contains("disk"), scene.registrar.own().reason());
    }

    @Test
    void aBugIsNotKeptSilentAndDoesNotStopItForEver() {
        scene.etcd.delete(scene.layout.up(Scene.ID.uuid()));
        scene.etcd.beforeNextWrite(() -> {
            throw new IllegalStateException("a bug");
        });
        assertThrows(IllegalStateException.class, () -> scene.pass(Scene.TTL));
        assertItGoesOn();
        scene.etcd.delete(scene.layout.up(Scene.ID.uuid()));
        scene.etcd.beforeNextWrite(() -> {
            throw new AssertionError("a bug, or no memory left");
        });
        assertThrows(AssertionError.class, () -> scene.pass(Scene.TTL));
        assertItGoesOn();
    }

    private void assertItGoesOn() {
        scene.pass(Scene.TTL);
        assertTrue(scene.isUp());
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aForeignUpUnderAnotherLeaseIsTakenOver() {
        long other = scene.etcd.grantLease(Scene.TTL).join().id();
        long own = scene.leaseOfUp();
        scene.etcd.put(scene.layout.up(Scene.ID.uuid()), com.google.protobuf.ByteString.EMPTY, other);
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        assertEquals(own, scene.leaseOfUp());
        scene.seconds(30);
        assertTrue(scene.isUp());
    }

    @Test
    void theReasonOfALossIsKeptUpToDate() {
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        scene.seconds(10);
        assertTrue(scene.registrar.own().reason().contains("no answer"), scene.registrar.own().reason());
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(10);
        assertTrue(scene.registrar.own().reason().contains("connection refused"), scene.registrar.own().reason());
    }
}
