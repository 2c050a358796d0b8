package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.store.proto.Status;

/** An operator's DOWN that lands between a read of the owner and the write that follows is never lost. */
class InterleavingTest {

    @Test
    void betweenTheLookAndTheFirstClaim() {
        Scene scene = new Scene();
        scene.etcd.beforeNextWrite(() -> scene.downByOther("disk", null));
        scene.start(scene.registrar);
        assertHeld(scene);
    }

    @Test
    void betweenTheLookAndTheClaimOfARestart() {
        Scene scene = Scene.registered();
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        Registrar next = scene.process(Scene.ID);
        // The first attempt takes the service for new; the second one knows what is there.
        scene.etcd.beforeNextWrite(() -> scene.etcd.beforeNextWrite(() -> scene.downByOther("disk", null)));
        scene.start(next);
        scene.seconds(60);
        assertHeld(scene);
    }

    @Test
    void betweenTheLossOfTheLeaseAndTheNewClaim() {
        Scene scene = Scene.registered();
        scene.etcd.beforeNextWrite(() -> scene.downByOther("disk", null));
        scene.etcd.revoke(scene.leaseOfUp());
        scene.seconds(60);
        assertHeld(scene);
    }

    @Test
    void betweenTheLookAndTheMending() {
        Scene scene = Scene.registered();
        scene.etcd.delete(scene.layout.region(Scene.ID.region(), Scene.ID.uuid()));
        scene.etcd.beforeNextWrite(() -> scene.downByOther("disk", null));
        scene.seconds(60);
        assertHeld(scene);
    }

    @Test
    void justBeforeTheStop() {
        Scene scene = Scene.registered();
        scene.etcd.beforeNextWrite(() -> scene.downByOther("disk", null));
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(1);
        assertHeld(scene);
        assertFalse(scene.isOwned());
    }

    private static void assertHeld(Scene scene) {
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertEquals("disk", scene.record().orElseThrow().getMaintenanceNote());
        assertFalse(scene.etcd.has(scene.layout.up(Scene.ID.uuid())));
    }
}
