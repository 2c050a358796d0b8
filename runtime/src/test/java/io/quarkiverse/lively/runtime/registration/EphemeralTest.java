package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

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
        Registration further = scene.registrar.register(ServiceDefinition.of("type", "other"));
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

    /** The configuration changes, and the former process ends last. */
    @Test
    void aHoldOutlivesTheLeaseOfAnEphemeralProcessThatAnotherOneTookOverFrom() {
        long ephemeral = scene.leaseOfUp();
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        Registrar lasting = scene.process(Scene.ID);
        scene.start(lasting);
        scene.etcd.revoke(ephemeral);
        assertTrue(scene.said().hasHold());
        scene.seconds(10);
        assertEquals(RegistrationState.HELD_DOWN, lasting.own().state());
    }

    @Test
    void afterACrashOfOneThatClaimedAHeldServiceThatWasNotEphemeral() {
        Scene held = new Scene(OnConflict.TAKEOVER, true, false);
        MortalWorker mortal = new MortalWorker(held.worker);
        held.start(held.process(Scene.ID, mortal));
        held.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        mortal.die();
        held.start(held.registrar);
        assertEquals(RegistrationState.HELD_DOWN, held.state());
        held.etcd.be(FakeEtcd.Mode.DOWN);
        held.seconds(10);
        assertEquals(List.of(), held.etcd.keys());
    }

    /** A client has moved the service to another region, which it keeps as long as it is held. */
    @Test
    void nothingRemainsOfAHeldServiceInAnotherRegion() {
        for (boolean crashes : new boolean[] { true, false }) {
            Scene held = new Scene(OnConflict.TAKEOVER, true, false);
            held.etcd.put(held.layout.service(Scene.ID.uuid()), Service.newBuilder().setUuid(Scene.ID.uuid())
                    .setType(Scene.ID.type()).setHost(Scene.ID.host()).setRegion("elsewhere").setStatus(Status.DOWN).build()
                    .toByteString());
            held.etcd.put(held.layout.region("elsewhere", Scene.ID.uuid()), ByteString.EMPTY);
            held.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
            held.start(held.registrar);
            assertEquals(RegistrationState.HELD_DOWN, held.state());
            if (crashes) {
                held.etcd.be(FakeEtcd.Mode.DOWN);
                held.seconds(10);
            } else {
                held.registrar.stop(Scene.STOP_TIMEOUT);
            }
            assertEquals(List.of(), held.etcd.keys());
        }
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

    @Test
    void afterAFurtherOneIsClosedThatIsWrittenMeanwhile() {
        ServiceRegistration further = further();
        // Its DOWN is the first transaction, and its removal the second.
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.etcd.put(scene.layout.service("q"),
                scene.etcd.get(scene.layout.service("q")).value()));
        assertTrue(further.stop(Scene.STOP_TIMEOUT).isDone());
        assertNothingIsLeftOf("q");
        assertEquals(Liveness.DOWN, further.record().liveness());
        assertFalse(further.record().owned());
    }

    @Test
    void afterAFurtherOneIsClosedWhileEtcdGoesAway() {
        for (int step = 1; step <= 2; step++) {
            for (FakeEtcd.Mode mode : new FakeEtcd.Mode[] { FakeEtcd.Mode.DOWN, FakeEtcd.Mode.MUTE }) {
                ServiceRegistration further = further();
                scene.etcd.beforeCommit(scene.etcd.commits + step, () -> scene.etcd.be(mode));
                CompletableFuture<Void> closed = further.stop(Scene.STOP_TIMEOUT);
                scene.pass(Scene.STOP_TIMEOUT);
                assertTrue(closed.isCompletedExceptionally(), mode + " at step " + step);
                scene.etcd.be(FakeEtcd.Mode.ANSWERS);
                scene.seconds(3);
                assertNothingIsLeftOf("q");
                assertEquals("it was stopped", further.reason());
                assertTrue(scene.isUp(), "the lease lives on, for others");
            }
        }
    }

    @Test
    void afterAFurtherOneIsClosedWithoutSpaceForItsDown() {
        ServiceRegistration further = further();
        scene.etcd.refuseWrites("database space exceeded");
        assertTrue(further.stop(Scene.STOP_TIMEOUT).isDone());
        assertNothingIsLeftOf("q");
        assertEquals("it was stopped", further.reason());
        assertTrue(scene.isUp());
    }

    @Test
    void afterAFurtherOneIsAbandoned() {
        ServiceRegistration further = further();
        scene.etcd.beforeCommit(scene.etcd.commits + 1, () -> scene.etcd.be(FakeEtcd.Mode.DOWN));
        scene.worker.after(Duration.ofSeconds(1), () -> scene.etcd.be(FakeEtcd.Mode.ANSWERS));
        further.stop(TakeDown.Word.NOTHING, Scene.STOP_TIMEOUT, OptionalLong::empty);
        scene.seconds(2);
        assertNothingIsLeftOf("q");
        assertEquals(Liveness.EXPIRED, further.record().liveness());
        assertTrue(scene.isUp());
    }

    @Test
    void aFurtherOneThatIsTakenOverWhileItIsClosedIsLeftAlone() {
        ServiceRegistration further = further();
        Registrar other = scene.process(new ServiceIdentity("u2", "inventory", "host2", "default"));
        scene.etcd.beforeCommit(scene.etcd.commits + 2,
                () -> other.register(ServiceDefinition.of("queue", "q1").withUuid("q")));
        further.stop(Scene.STOP_TIMEOUT);
        scene.seconds(30);
        assertTrue(scene.etcd.has(scene.layout.up("q")));
        assertTrue(scene.etcd.has(scene.layout.service("q")));
        assertTrue(scene.etcd.has(scene.layout.owner("q")));
        assertEquals(RegistrationState.STOPPED, further.state());
    }

    @Test
    void theServiceOfAnotherProcessStaysIfTheLookAtAStopIsRefused() {
        for (boolean ephemeral : new boolean[] { true, false }) {
            Scene waiting = new Scene(OnConflict.WAIT, ephemeral, false);
            waiting.serve(waiting.process(Scene.ID), 8081);
            waiting.start(waiting.registrar);
            assertTrue(waiting.registrar.own().reason().startsWith("WAITING_FOR"), waiting.registrar.own().reason());
            waiting.etcd.forgetWritten();
            waiting.etcd.refuseNext("permission denied");
            waiting.registrar.stop(Scene.STOP_TIMEOUT);
            waiting.seconds(1);
            assertEquals(Set.of(), waiting.etcd.written());
            assertEquals(RegistrationState.STOPPED, waiting.state());
        }
    }

    private ServiceRegistration further() {
        ServiceRegistration further = (ServiceRegistration) scene.registrar
                .register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        assertEquals(RegistrationState.REGISTERED, further.state());
        return further;
    }

    private void assertNothingIsLeftOf(String uuid) {
        assertEquals(List.of(),
                scene.etcd.keys().stream().filter(key -> key.endsWith("/" + uuid) || key.endsWith("/q1")).toList());
    }
}
