package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * An operator's DOWN that lands between any two steps of an owner is never overwritten. Each story of an owner is told once to
 * count its transactions, and then once for each of them, with a DOWN just before it: by os-lively and by Lively, to an owner
 * that hears of it at once and to one that is deaf.
 */
class InterleavingTest {

    private static final int MOST_STEPS = 60;

    private enum Story {
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
        A_HOLD_THAT_ENDS(scene -> {
            scene.start(scene.registrar);
            scene.downByOther("first", scene.worker.now().plusSeconds(5));
            scene.onlyItsOwnerGoesOn();
            scene.seconds(10);
        }),
        A_HOLD_THAT_IS_LIFTED(scene -> {
            scene.start(scene.registrar);
            operator(scene).down(Scene.ID.uuid(), Maintenance.of("first")).join();
            scene.onlyItsOwnerGoesOn();
            // The two steps of the operator who lifts it: what was said before them is lifted, too.
            scene.lastStepOfOthers += 2;
            operator(scene).up(Scene.ID.uuid()).join();
            scene.seconds(10);
        }),
        A_WINDOW_THAT_BEGINS(scene -> {
            scene.start(scene.registrar);
            operator(scene).down(Scene.ID.uuid(), Maintenance.of("planned").from(scene.worker.now().plusSeconds(4))
                    .until(scene.worker.now().plusSeconds(8))).join();
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
    }

    @ParameterizedTest
    @EnumSource
    void aDownBetweenAnyTwoStepsHolds(Story story) {
        for (boolean deaf : new boolean[] { false, true }) {
            for (boolean byOsLively : new boolean[] { true, false }) {
                Scene undisturbed = tell(story, deaf, 0, byOsLively);
                long steps = undisturbed.etcd.commits;
                assertTrue(steps < MOST_STEPS, story + " takes " + steps + " steps");
                for (long step = undisturbed.lastStepOfOthers + 1; step <= steps; step++) {
                    Scene scene = tell(story, deaf, step, byOsLively);
                    String where = story + ", before step " + step + (deaf ? ", deaf" : "")
                            + (byOsLively ? ", by os-lively" : "");
                    if (scene.record().isPresent() && scene.wasTakenDown) {
                        assertEquals(Status.DOWN, scene.record().get().getStatus(), where);
                        assertEquals("disk", scene.record().get().getMaintenanceNote(), where);
                        assertFalse(scene.etcd.has(scene.layout.up(Scene.ID.uuid())), where);
                    } else {
                        assertFalse(scene.wasTakenDown, where);
                    }
                }
            }
        }
    }

    private static Scene tell(Story story, boolean deaf, long step, boolean byOsLively) {
        Scene scene = new Scene();
        if (deaf) {
            scene.etcd.beDeaf();
        }
        scene.etcd.beforeCommit(step, () -> takeDown(scene, byOsLively));
        story.events.accept(scene);
        scene.seconds(30);
        return scene;
    }

    private static void takeDown(Scene scene, boolean byOsLively) {
        if (byOsLively) {
            scene.downByOther("disk", null);
            scene.wasTakenDown = true;
        } else {
            // It fails while etcd is away, or has no record yet.
            operator(scene).down(Scene.ID.uuid(), Maintenance.of("disk")).thenRun(() -> scene.wasTakenDown = true);
        }
    }

    private static ServiceWriter operator(Scene scene) {
        return new ServiceWriter(scene.etcd, scene.layout, InstantSource.fixed(scene.worker.now()), "operator");
    }
}
