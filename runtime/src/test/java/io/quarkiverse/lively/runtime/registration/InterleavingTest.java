package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * An operator's DOWN that lands between any two steps of an owner is never overwritten. Each story of an owner is told once to
 * count its transactions, and then once for each of them, with a DOWN just before it: by os-lively and by Lively, to an owner
 * whose watch works and to one whose watch stays silent. With a watch that works, no owner is REGISTERED any more once the
 * event of the DOWN has arrived.
 */
class InterleavingTest {

    private static final int MOST_STEPS = 60;
    /** The pause before the keys of a new owner are watched, and the pauses between lost races. */
    private static final Duration WATCH_LATENCY = Duration.ofMillis(200);

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
                    assertFalse(scene.wasNoticedLate, where);
                }
            }
        }
    }

    private static Scene tell(Story story, boolean deaf, long step, boolean byOsLively) {
        Scene scene = new Scene();
        if (deaf) {
            scene.etcd.beDeaf();
        }
        scene.etcd.beforeCommit(step, () -> {
            boolean etcdAnswers = scene.etcd.answers();
            takeDown(scene, byOsLively);
            if (etcdAnswers && !deaf) {
                scene.worker.after(WATCH_LATENCY, () -> scene.wasNoticedLate = scene.wasTakenDown && scene.etcd.answers()
                        && scene.processes.stream().anyMatch(owner -> owner.own().state() == RegistrationState.REGISTERED));
            }
        });
        story.tell(scene);
        scene.seconds(30);
        return scene;
    }

    private static void takeDown(Scene scene, boolean byOsLively) {
        if (byOsLively) {
            scene.downByOther("disk", null);
            scene.wasTakenDown = true;
        } else {
            // It fails while etcd is away, or has no record yet.
            scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk")).thenRun(() -> scene.wasTakenDown = true);
        }
    }
}
