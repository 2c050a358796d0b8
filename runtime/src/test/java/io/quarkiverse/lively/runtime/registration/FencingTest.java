package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

/** Of two processes with one identity, the later one has it, and the earlier one leaves it alone. */
class FencingTest {

    private final Scene scene = Scene.registered();
    private final Registrar later = scene.process(Scene.ID);

    @Test
    void theLaterOneTakesOverAndTheEarlierOneIsFenced() {
        scene.start(later);
        assertEquals(RegistrationState.REGISTERED, later.own().state());
        assertEquals(Reason.TAKEOVER, later.own().record().reason());
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
        assertTrue(scene.registrar.own().reason().contains("127.0.0.1:8080"), scene.registrar.own().reason());
    }

    @Test
    void theFencedOneWritesNothingAnyMore() {
        scene.start(later);
        scene.seconds(6);
        scene.etcd.forgetWritten();
        scene.seconds(60);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(3);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(60);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.etcd.written().isEmpty());
        assertTrue(scene.isUp());
        assertEquals(RegistrationState.STOPPED, scene.state());
    }

    @Test
    void itIsBackOnlyWhenNobodyHadTheIdentityForAWholeTtl() {
        scene.start(later);
        scene.seconds(6);
        later.stop(Scene.STOP_TIMEOUT);
        scene.seconds(5);
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.seconds(8);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void aProcessThatWasPausedAndReplacedDoesNotComeBack() {
        // The pause outlives the lease, and another process took the identity meanwhile.
        scene.worker.sleepThrough(Scene.TTL.plusSeconds(1));
        Registrar replacement = scene.process(Scene.ID);
        scene.start(replacement);
        scene.seconds(30);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(RegistrationState.REGISTERED, replacement.own().state());
    }

    @Test
    void theFencedOneIsStoppedAndTheCrashOfTheOtherStaysOne() {
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        scene.seconds(6);
        mortal.die();
        scene.seconds(8);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertTrue(!scene.isOwned());
        scene.etcd.forgetWritten();
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void aProcessThatWasPausedReplacedAndStoppedLeavesTheCrashOfTheOtherAlone() {
        scene.worker.sleepThrough(Scene.TTL.plusSeconds(1));
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        mortal.die();
        scene.etcd.revoke(scene.leaseOfUp());
        scene.etcd.forgetWritten();
        // Its timers are overdue, and have not run yet.
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void aFirstClaimWhoseAnswerWasLostDisplacesNobodyLater() {
        Scene fresh = new Scene();
        fresh.registrar.start();
        fresh.etcd.be(FakeEtcd.Mode.MUTE);
        fresh.registrar.serve(Optional.empty());
        fresh.etcd.be(FakeEtcd.Mode.ANSWERS);
        Registrar second = fresh.process(Scene.ID);
        fresh.start(second);
        fresh.seconds(30);
        assertEquals(RegistrationState.FENCED, fresh.state());
        assertEquals(RegistrationState.REGISTERED, second.own().state());
    }

    /** Its transition is not the newest any more, nor the one before. */
    @Test
    void aFirstClaimWhoseAnswerWasLostAndAfterWhichOthersWroteDisplacesNobodyLater() {
        Scene fresh = new Scene();
        fresh.registrar.start();
        fresh.etcd.be(FakeEtcd.Mode.MUTE);
        fresh.registrar.serve(Optional.empty());
        fresh.etcd.be(FakeEtcd.Mode.ANSWERS);
        fresh.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        Registrar second = fresh.process(Scene.ID);
        fresh.start(second);
        fresh.operator().up(Scene.ID.uuid());
        fresh.seconds(30);
        assertEquals(RegistrationState.FENCED, fresh.state());
        assertEquals(RegistrationState.REGISTERED, second.own().state());
    }

    /** Its own claim lives as long as it renews its lease: it must not wait for the end of that one. */
    @Test
    void aRestoreThatBringsItsClaimBackEndsTheFence() {
        KeyValue claim = scene.etcd.get(scene.layout.owner(Scene.ID.uuid()));
        scene.start(later);
        scene.seconds(6);
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.etcd.put(claim.key(), claim.value(), claim.lease());
        scene.seconds(5);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(RegistrationState.FENCED, later.own().state());
        scene.seconds(8);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(claim.lease(), scene.leaseOfUp());
        assertEquals(RegistrationState.FENCED, later.own().state());
    }

    /** An ephemeral owner leaves nothing that a later look could find. */
    @Test
    void anOwnerThatComesAndGoesBetweenTwoLooksEndsTheWait() {
        KeyValue claim = claimOfTheLaterOne();
        scene.etcd.wipe();
        scene.seconds(4);
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.etcd.put(claim.key(), claim.value());
        scene.etcd.delete(claim.key());
        scene.pass(Scene.TTL.minusSeconds(1));
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.seconds(6);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    /** Registers the later one, which then dies without a trace. */
    private KeyValue claimOfTheLaterOne() {
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        scene.seconds(6);
        mortal.die();
        return scene.etcd.get(scene.layout.owner(Scene.ID.uuid()));
    }

    @Test
    void timeInWhichItCouldNotLookDoesNotCount() {
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        mortal.die();
        scene.seconds(8);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertTrue(!scene.isOwned());
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(60);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(5);
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }
}
