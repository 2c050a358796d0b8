package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** What the readiness checks, the application and an operator say is kept apart, and the worst of it is published. */
class OwnWordTest {

    private final Scene scene = new Scene(OnConflict.TAKEOVER, false, true);

    @Test
    void nothingIsRegisteredBeforeReadinessIsKnown() {
        scene.start(scene.registrar);
        scene.seconds(30);
        assertEquals(RegistrationState.STARTING, scene.state());
        assertEquals("its readiness is not known yet", scene.registrar.own().reason());
        assertTrue(scene.etcd.written().isEmpty());
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.REGISTERED);
    }

    @Test
    void whatIsNotReadyIsRegisteredAsDown() {
        scene.start(scene.registrar);
        scene.registrar.notReady("the database is away");
        assertPublished(Status.DOWN, Reason.HEALTH);
        assertTrue(scene.isOwned());
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("it is not ready: the database is away", scene.registrar.own().reason());
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.HEALTH);
    }

    @Test
    void readinessComesAndGoesUnderOneClaim() {
        ready();
        long token = scene.registrar.own().fencingToken().orElseThrow();
        scene.registrar.notReady("x");
        assertPublished(Status.DOWN, Reason.HEALTH);
        scene.seconds(60);
        assertPublished(Status.DOWN, Reason.HEALTH);
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.HEALTH);
        assertEquals(token, scene.registrar.own().fencingToken().orElseThrow());
    }

    @Test
    void theApplicationsDownIsNotLiftedByItsHealth() {
        ready();
        scene.registrar.own().down("warming up");
        assertPublished(Status.DOWN, Reason.APPLICATION);
        scene.registrar.notReady("x");
        scene.registrar.ready();
        assertPublished(Status.DOWN, Reason.APPLICATION);
        scene.registrar.notReady("x");
        scene.registrar.own().up();
        assertPublished(Status.DOWN, Reason.HEALTH);
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.HEALTH);
    }

    @Test
    void theApplicationSaysUpAgain() {
        ready();
        scene.registrar.own().down("warming up");
        scene.registrar.own().up();
        assertPublished(Status.UP, Reason.APPLICATION);
    }

    @Test
    void neitherLiftsWhatAnOperatorSays() {
        ready();
        scene.downByOther("disk", null);
        scene.etcd.forgetWritten();
        scene.registrar.notReady("x");
        scene.registrar.own().down("y");
        scene.registrar.own().up();
        scene.registrar.ready();
        scene.seconds(60);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void theRestIsPublishedWhenAHoldEnds() {
        ready();
        scene.downByOther("disk", scene.worker.now().plusSeconds(20));
        scene.registrar.notReady("x");
        scene.seconds(19);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.seconds(2);
        assertPublished(Status.DOWN, Reason.HEALTH);
        assertEquals("", scene.record().orElseThrow().getMaintenanceNote());
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aLiftOfItsOwnDownChangesNothing() {
        ready();
        scene.registrar.notReady("x");
        scene.liftByOther();
        assertPublished(Status.DOWN, Reason.HEALTH);
    }

    @Test
    void aForeignUpOfWhatIsNotReadyIsTakenBack() {
        ready();
        scene.registrar.notReady("x");
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()),
                scene.record().orElseThrow().toBuilder().setStatus(Status.UP).build().toByteString());
        assertPublished(Status.DOWN, Reason.HEALTH);
    }

    @Test
    void aLostLeaseDoesNotMakeItUp() {
        ready();
        scene.registrar.notReady("x");
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(30);
        assertEquals(RegistrationState.LOST, scene.state());
        assertEquals(Liveness.DOWN, scene.registrar.own().record().liveness(), "as others read it");
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertPublished(Status.DOWN, Reason.HEALTH);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aChangeWhileEtcdIsAwayIsPublishedWhenItIsBack() {
        ready();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(1);
        scene.registrar.notReady("x");
        scene.seconds(1);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(5);
        assertPublished(Status.DOWN, Reason.HEALTH);
    }

    @Test
    void aStolenNameDoesNotKeepItFromSayingDown() {
        ready();
        Registrar thief = scene.process(
                new io.quarkiverse.lively.runtime.store.ServiceIdentity("x", Scene.ID.type(), "elsewhere", "default"));
        scene.start(thief);
        scene.etcd.put(scene.layout.service("x"), scene.etcd.get(scene.layout.service("x")).value());
        scene.etcd.put(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host()),
                com.google.protobuf.ByteString.copyFromUtf8("x"));
        scene.registrar.notReady("x");
        assertPublished(Status.DOWN, Reason.HEALTH);
    }

    @Test
    void aStopThatFindsItDownLeavesTheReason() {
        ready();
        scene.registrar.notReady("x");
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertPublished(Status.DOWN, Reason.HEALTH);
        assertFalse(scene.isOwned());
    }

    private void ready() {
        scene.start(scene.registrar);
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.REGISTERED);
    }

    private void assertPublished(Status status, Reason reason) {
        assertEquals(status, scene.record().orElseThrow().getStatus());
        assertEquals(reason, scene.said().getReason());
        assertEquals(status == Status.UP, scene.etcd.has(scene.layout.up(Scene.ID.uuid())));
        assertEquals(status == Status.DOWN, scene.etcd.has(scene.layout.down(Scene.ID.uuid())));
    }

    @Test
    void aDownThatIsTakenBackBeforeReadinessIsKnownIsNoBug() {
        scene.start(scene.registrar);
        scene.registrar.own().down("warming up");
        assertPublished(Status.DOWN, Reason.APPLICATION);
        scene.registrar.own().up();
        scene.seconds(5);
        scene.registrar.ready();
        assertPublished(Status.UP, Reason.APPLICATION);
    }
}
