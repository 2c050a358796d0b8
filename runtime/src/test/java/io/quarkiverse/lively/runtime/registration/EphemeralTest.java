package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** Of an ephemeral service nothing remains. */
class EphemeralTest {

    private final Scene scene = new Scene(OnConflict.TAKEOVER, true, false);

    @BeforeEach
    void start() {
        scene.start(scene.registrar);
    }

    @Test
    void afterACrash() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(10);
        assertEquals(List.of(), scene.etcd.keys());
    }

    @Test
    void afterAStop() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(List.of(), scene.etcd.keys());
        assertEquals(RegistrationState.STOPPED, scene.state());
    }

    @Test
    void afterAFurtherOneIsClosedWhoseLeaseLivesOn() {
        Registration further = scene.registrar.register(ServiceRecord.builder("type", "other").build());
        ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.isUp());
        assertTrue(scene.etcd.keys().stream().noneMatch(key -> key.contains(further.record().uuid())),
                scene.etcd.keys().toString());
    }

    @Test
    void aHoldSurvivesALostLease() {
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertAllUnderOneLease();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(10);
        assertEquals(List.of(), scene.etcd.keys());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertEquals("disk", scene.record().orElseThrow().getMaintenanceNote());
        assertAllUnderOneLease();
    }

    @Test
    void aHoldDoesNotSurviveADeletionOrARestart() {
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.etcd.delete(scene.layout.state(Scene.ID.uuid()));
        scene.etcd.delete(scene.layout.service(Scene.ID.uuid()));
        assertEquals(RegistrationState.REGISTERED, scene.state());

        scene.downByOther("disk", null);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(List.of(), scene.etcd.keys());
    }

    @Test
    void whatOthersDetachIsAttachedAgain() {
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        scene.etcd.put(scene.layout.region(Scene.ID.region(), Scene.ID.uuid()), ByteString.EMPTY);
        scene.seconds(6);
        assertAllUnderOneLease();
        assertTrue(scene.isUp());
    }

    @Test
    void anotherLeaseTakesEverythingOver() {
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        scene.seconds(7);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertAllUnderOneLease();
        assertFalse(scene.etcd.keys().isEmpty());
    }

    private void assertAllUnderOneLease() {
        assertEquals(1, scene.etcd.leases().size());
        long lease = scene.etcd.leases().iterator().next();
        scene.etcd.keys().stream().filter(key -> !key.contains("/by-status/DOWN/")).forEach(
                key -> assertEquals(lease, scene.etcd.get(ByteString.copyFromUtf8(key)).lease(), key));
    }

    @Test
    void aHoldThatWasLiftedDoesNotComeBackWithALostLease() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.operator().up(Scene.ID.uuid());
        assertEquals(RegistrationState.REGISTERED, scene.state());
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(10);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aPlannedMaintenanceSurvivesALostLease() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("planned").from(scene.worker.now().plusSeconds(60))
                .until(scene.worker.now().plusSeconds(120)));
        scene.seconds(1);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(10);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("planned", scene.record().orElseThrow().getMaintenanceNote());
        scene.seconds(50);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.seconds(60);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals("", scene.record().orElseThrow().getMaintenanceNote());
    }
}
