package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.config.Configured;

/** Each change of the state is told once and in order. */
class RegistrationChangeTest {

    private final Scene scene = Scene.registered();

    @Test
    void ofTheWholeLife() {
        scene.downByOther("disk", null);
        scene.liftByOther();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(30);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        scene.start(scene.process(Scene.ID));
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(List.of(RegistrationState.REGISTERED, RegistrationState.HELD_DOWN, RegistrationState.REGISTERED,
                RegistrationState.LOST, RegistrationState.REGISTERED, RegistrationState.FENCED, RegistrationState.STOPPED),
                scene.changes.stream().map(RegistrationChange::current).toList());
        RegistrationState before = RegistrationState.STARTING;
        for (RegistrationChange change : scene.changes) {
            assertEquals(before, change.previous());
            assertEquals(scene.registrar.own(), change.registration());
            assertTrue(change.own());
            before = change.current();
        }
        assertTrue(scene.changes.get(1).reason().contains("disk"));
    }

    @Test
    void ofAFurtherServiceItIsNotTheApplicationsOwn() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1"));
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(30);
        List<RegistrationChange> lost = scene.changes.stream().filter(change -> change.current() == RegistrationState.LOST)
                .toList();
        assertEquals(Set.of(scene.registrar.own(), further),
                lost.stream().map(RegistrationChange::registration).collect(Collectors.toSet()));
        for (RegistrationChange change : scene.changes) {
            assertEquals(change.registration() == scene.registrar.own(), change.own());
        }
    }

    @Test
    void abandonedIsAsAfterACrash() {
        Configured.anyThreadMayBlock();
        scene.registrar.own().abandon();
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(io.quarkiverse.lively.runtime.store.proto.Status.UP, scene.record().orElseThrow().getStatus());
        assertTrue(!scene.isUp() && !scene.isOwned());
        scene.etcd.forgetWritten();
        scene.seconds(60);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.etcd.written().isEmpty());
    }
}
