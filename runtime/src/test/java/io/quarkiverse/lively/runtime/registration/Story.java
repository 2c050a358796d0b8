package io.quarkiverse.lively.runtime.registration;

import java.util.List;
import java.util.function.Consumer;

import io.quarkiverse.lively.Maintenance;

/** What can happen to an owner, on a fake clock. */
enum Story {
    START(scene -> scene.start(scene.registrar)),
    RESTART(scene -> {
        scene.start(scene.registrar);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.start(scene.process(Scene.ID));
    }),
    TAKEOVER(scene -> {
        scene.start(scene.registrar);
        scene.start(scene.process(Scene.ID));
        scene.seconds(10);
    }),
    LOST_LEASE(scene -> {
        scene.start(scene.registrar);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(8);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(8);
    }),
    REVOKED_LEASE(scene -> {
        scene.start(scene.registrar);
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(8);
    }),
    READINESS(scene -> {
        scene.start(scene.registrar);
        for (int i = 0; i < 3; i++) {
            scene.registrar.notReady("x");
            scene.seconds(1);
            scene.registrar.ready();
            scene.seconds(1);
        }
    }),
    APPLICATION(scene -> {
        scene.start(scene.registrar);
        scene.registrar.own().down("x");
        scene.registrar.notReady("y");
        scene.registrar.own().up();
        scene.registrar.ready();
    }),
    MENDING(scene -> {
        scene.start(scene.registrar);
        scene.etcd.delete(scene.layout.region(Scene.ID.region(), Scene.ID.uuid()));
        scene.etcd.delete(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host()));
        scene.etcd.delete(scene.layout.up(Scene.ID.uuid()));
        scene.seconds(10);
    }),
    TYPE_AND_HOST_WERE_STOLEN(scene -> {
        scene.start(scene.registrar);
        scene.stealTypeAndHost();
        scene.seconds(10);
    }),
    A_HOLD_THAT_ENDS(scene -> {
        scene.start(scene.registrar);
        scene.downByOther("first", scene.worker.now().plusSeconds(5));
        scene.onlyItsOwnerGoesOn();
        scene.seconds(10);
    }),
    A_HOLD_THAT_IS_LIFTED(scene -> {
        scene.start(scene.registrar);
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("first"));
        scene.onlyItsOwnerGoesOn();
        // The two steps of the operator who lifts it: what was said before them is lifted, too.
        scene.lastStepOfOthers += 2;
        scene.operator().up(Scene.ID.uuid());
        scene.seconds(10);
    }),
    A_WINDOW_THAT_BEGINS(scene -> {
        scene.start(scene.registrar);
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("planned").from(scene.worker.now().plusSeconds(4))
                .until(scene.worker.now().plusSeconds(8)));
        scene.onlyItsOwnerGoesOn();
        scene.seconds(10);
    }),
    STOP(scene -> {
        scene.start(scene.registrar);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
    });

    private final Consumer<Scene> events;

    Story(Consumer<Scene> events) {
        this.events = events;
    }

    void tell(Scene scene) {
        events.accept(scene);
    }
}
