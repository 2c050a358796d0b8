package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

/** Somebody else's DOWN is respected, whatever happens to the process and its lease. */
class HoldTest {

    private final Scene scene = Scene.registered();

    @Test
    void itIsNoticedWithinATtlAndHolds() {
        scene.downByOther("disk", null);
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertTrue(scene.registrar.own().reason().contains("disk"), scene.registrar.own().reason());

        scene.etcd.forgetWritten();
        scene.seconds(600);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertTrue(scene.etcd.written().isEmpty());
        assertTrue(scene.isOwned());
    }

    @Test
    void aLostLeaseDoesNotLiftIt() {
        scene.downByOther("disk", null);
        scene.seconds(6);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(60);
        assertEquals(RegistrationState.HELD_DOWN, scene.state(), "nobody sees a difference");
        assertTrue(scene.registrar.own().fencingToken().isEmpty(), "but the claim is gone");
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(6);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertTrue(scene.isOwned());
        assertEquals("disk", scene.record().orElseThrow().getMaintenanceNote());
        assertFalse(scene.isUp());
    }

    @Test
    void aRestartDoesNotLiftIt() {
        scene.downByOther("disk", null);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        Registrar next = scene.process(Scene.ID);
        scene.start(next);
        scene.seconds(60);
        assertEquals(RegistrationState.HELD_DOWN, next.own().state());
        assertFalse(scene.isUp());
        assertEquals("disk", scene.record().orElseThrow().getMaintenanceNote());
    }

    @Test
    void itEndsWhenItIsLifted() {
        scene.downByOther("disk", null);
        scene.seconds(6);
        scene.liftByOther();
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
        assertEquals("", scene.record().orElseThrow().getMaintenanceNote());
    }

    @Test
    void itEndsWithItsWindow() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(20));
        scene.seconds(19);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.pass(Duration.ofMillis(1_100));
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void anEndThatHasPassedWhenItIsFirstSeenIsNotBelievedAndItSaysSo() {
        scene.downByOther("shifted by the time zone", scene.worker.now().minusSeconds(3600));
        assertTrue(scene.registrar.own().reason().contains("had passed"), scene.registrar.own().reason());
        scene.seconds(600);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }

    @Test
    void anEndThatHasPassedWhenTheProcessStartsIsBelieved() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.downByOther("over", scene.worker.now().minusSeconds(1));
        Registrar next = scene.process(Scene.ID);
        scene.start(next);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
    }

    @Test
    void anEndThatPassedWhileTheLeaseWasLostIsBelieved() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.pass(Duration.ofMinutes(1));
        scene.downByOther("disk", scene.worker.now().plusSeconds(60));
        scene.pass(Duration.ofMinutes(2));
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, scene.state(), scene.registrar.own().reason());
        assertTrue(scene.isUp());
        assertEquals("", scene.record().orElseThrow().getMaintenanceNote());
    }

    @Test
    void anEndThatPassedWhileItWasFencedIsBelieved() {
        MortalWorker mortal = new MortalWorker(scene.worker);
        scene.start(scene.process(Scene.ID, mortal));
        assertEquals(RegistrationState.FENCED, scene.state());
        mortal.die();
        scene.downByOther("disk", scene.worker.now().plusSeconds(3));
        scene.seconds(30);
        assertEquals(RegistrationState.REGISTERED, scene.state(), scene.registrar.own().reason());
        assertTrue(scene.isUp());
    }

    @Test
    void aWindowThatIsToComeBeginsAndEndsOnTime() {
        long start = scene.worker.now().plusSeconds(20).toEpochMilli();
        long end = scene.worker.now().plusSeconds(40).toEpochMilli();
        Service planned = scene.record().orElseThrow().toBuilder().setMaintenanceNote("planned")
                .setMaintenanceStart(start / 1000).setMaintenanceEnd(end / 1000).build();
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), planned.toByteString());
        scene.etcd.put(scene.layout.state(Scene.ID.uuid()), State.newBuilder().setBy("operator")
                .setHold(Hold.newBuilder().setBy("operator").setStart(start).setEnd(end).setNote("planned")).build()
                .toByteString());
        scene.pass(Duration.ofMillis(19_900));
        assertEquals(RegistrationState.REGISTERED, scene.state());
        scene.pass(Duration.ofMillis(200));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertEquals("planned", scene.record().orElseThrow().getMaintenanceNote());
        assertFalse(scene.etcd.has(scene.layout.up(Scene.ID.uuid())));
        scene.pass(Duration.ofMillis(19_700));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.pass(Duration.ofMillis(300));
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(0, scene.record().orElseThrow().getMaintenanceEnd());
    }

    @Test
    void aForeignRewriteThatLeavesTheWindowDoesNotCancelIt() {
        rewritePlanned(true);
        scene.seconds(15);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("unknown", scene.said().getBy());
        scene.seconds(6);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.seconds(20);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aForeignRewriteThatClearsTheWindowCancelsIt() {
        rewritePlanned(false);
        scene.seconds(60);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertFalse(scene.said().hasHold());
    }

    @Test
    void aDownOfTheProcessItselfIsNone() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        Registrar next = scene.process(Scene.ID);
        scene.start(next);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
    }

    @Test
    void aServiceThatIsHeldKeepsTheNamesThatItHas() {
        renameWhileNobodyOwnsIt(service -> service.withStatus(io.quarkiverse.lively.Status.DOWN));
        assertHeldUnderItsOtherNames();
        scene.liftByOther();
        scene.pass(Scene.TTL);
        assertTrue(scene.isUp());
        assertFalse(scene.etcd.has(scene.layout.typeHost("other", Scene.ID.host())));
        assertFalse(scene.etcd.has(scene.layout.region("other", Scene.ID.uuid())));
        assertTrue(scene.etcd.has(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host())));
    }

    @Test
    void aServiceWhoseMaintenanceBeginsKeepsTheNamesThatItHas() {
        Instant start = scene.worker.now().plusSeconds(2);
        renameWhileNobodyOwnsIt(service -> service.withMaintenance(Maintenance.of("disk").from(start)));
        scene.seconds(3);
        assertHeldUnderItsOtherNames();
    }

    private void renameWhileNobodyOwnsIt(UnaryOperator<ServiceDefinition> further) {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        ServiceWriter writer = new ServiceWriter(scene.etcd, scene.layout, new FakePlatform(scene.worker), "operator");
        ServiceRecord read = new ServiceReader(scene.etcd, scene.layout, Runnable::run).find(Scene.ID.uuid()).join()
                .orElseThrow();
        ServiceDefinition renamed = read.toDefinition().withType("other").withRegion("other").withoutEndpoint()
                .withMetadata(Map.of()).withStatus(io.quarkiverse.lively.Status.UP);
        new ServiceUpdater(scene.etcd, scene.layout, Scene.TTL, writer)
                .update(further.apply(renamed), read.revision()).join();
    }

    private void assertHeldUnderItsOtherNames() {
        Registrar next = scene.process(Scene.ID);
        scene.start(next);
        assertEquals(RegistrationState.HELD_DOWN, next.own().state());
        assertEquals("other", scene.record().orElseThrow().getType());
        assertTrue(scene.etcd.has(scene.layout.typeHost("other", Scene.ID.host())));
        assertTrue(scene.etcd.has(scene.layout.region("other", Scene.ID.uuid())));
        assertFalse(scene.etcd.has(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host())));
        assertFalse(scene.etcd.has(scene.layout.region(Scene.ID.region(), Scene.ID.uuid())));
    }

    /** A window from 20 to 40 s on, in a record that os-lively has written once more. */
    private void rewritePlanned(boolean withWindow) {
        long start = scene.worker.now().plusSeconds(20).getEpochSecond();
        Service planned = scene.record().orElseThrow().toBuilder().setMaintenanceStart(start).setMaintenanceEnd(start + 20)
                .build();
        scene.etcd.put(scene.layout.state(Scene.ID.uuid()), State.newBuilder().setBy("operator")
                .setHold(Hold.newBuilder().setStart(start * 1000).setEnd((start + 20) * 1000)).build().toByteString());
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()),
                (withWindow ? planned : scene.record().orElseThrow()).toBuilder().setMaintenanceNote("x").build()
                        .toByteString());
    }

    @Test
    void aForeignRewriteThatLeavesItUpIsAdopted() {
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        scene.etcd.forgetWritten();
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("unknown", scene.said().getBy());
        assertFalse(scene.etcd.written().contains(scene.layout.service(Scene.ID.uuid())), "the record stays as it is");
    }

    @Test
    void aWindowThatPassedUnseenIsClearedAfterwards() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("planned").from(scene.worker.now().plusSeconds(1))
                .until(scene.worker.now().plusSeconds(3)));
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(4);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(60);
        assertTrue(scene.isUp());
        assertEquals("", scene.record().orElseThrow().getMaintenanceNote());
        assertFalse(scene.said().hasHold());
    }

    @Test
    void aHoldThatIsOverButCannotBeEndedSaysSo() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(10));
        scene.etcd.refuseWrites("database space exceeded");
        scene.seconds(20);
        assertEquals(RegistrationState.HELD_DOWN, scene.state(), "it is DOWN in etcd");
        assertTrue(scene.registrar.own().reason().startsWith("nobody keeps it DOWN any more")
                && scene.registrar.own().reason().contains("database space exceeded"), scene.registrar.own().reason());
        scene.etcd.refuseWrites(null);
        scene.seconds(5);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void afterAHoldThatIsOverAFencedOneStaysFenced() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(10));
        scene.etcd.refuseWrites("database space exceeded");
        scene.seconds(15);
        assertEquals("nobody keeps it DOWN any more, but it cannot be published: database space exceeded",
                scene.registrar.own().reason());
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()),
                Claim.newBuilder().setIncarnation("another").build().toByteString());
        assertEquals(RegistrationState.FENCED, scene.state());
        String reason = scene.registrar.own().reason();
        // No lease is granted any more.
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(20);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(reason, scene.registrar.own().reason());
    }

    /** The second DOWN is new, whenever the state began. */
    @Test
    void anEndThatHasPassedWhenItIsFirstSeenIsNotBelievedDuringAnotherHoldEither() {
        scene.downByOther("first", null);
        scene.seconds(60);
        scene.downByOther("shifted by the time zone", scene.worker.now().minusSeconds(30));
        String reason = scene.registrar.own().reason();
        assertTrue(reason.contains("had passed"), reason);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(4);
        assertEquals(reason, scene.registrar.own().reason());
        scene.seconds(20);
        assertEquals(reason, scene.registrar.own().reason());
    }

    @Test
    void aHoldThatEndsWhileEtcdIsAwayIsNotSaidToGoOn() {
        scene.downByOther("disk", scene.worker.now().plusSeconds(20));
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(30);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEquals("nobody keeps it DOWN any more, but it cannot be published: connection refused",
                scene.registrar.own().reason());
    }

    @Test
    void aHoldThatIsSeenToBeLiftedIsNotSaidToGoOnIfTheNextLookFails() {
        scene.downByOther("disk", null);
        scene.stealTypeAndHost();
        scene.seconds(6);
        assertEquals("kept DOWN by unknown: disk", scene.registrar.own().reason());
        // The first look shows that it is lifted. The second one is at the other service.
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.etcd.be(FakeEtcd.Mode.DOWN));
        scene.liftByOther();
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEquals("nobody keeps it DOWN any more, but it cannot be published: connection refused",
                scene.registrar.own().reason());
    }
}
