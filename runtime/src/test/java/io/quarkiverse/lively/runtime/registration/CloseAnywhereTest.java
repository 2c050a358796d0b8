package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.quarkiverse.lively.RegistrationState;

/**
 * A stop in the middle of anything, with a transaction in flight, ends in time; after it nothing is written any more, and
 * nothing is left UP.
 */
class CloseAnywhereTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "TAKEOVER", "RESTART" })
    void aStopInTheMiddleOfAnything(Story story) {
        Scene undisturbed = new Scene();
        story.tell(undisturbed);
        for (FakeEtcd.Mode mode : new FakeEtcd.Mode[] { FakeEtcd.Mode.ANSWERS, FakeEtcd.Mode.LATE, FakeEtcd.Mode.FROZEN,
                FakeEtcd.Mode.DOWN }) {
            for (long step = 1; step <= undisturbed.etcd.commits; step++) {
                stop(story, mode, step);
            }
        }
    }

    /** @param mode how etcd behaves from then on */
    private static void stop(Story story, FakeEtcd.Mode mode, long step) {
        String where = story + ", at step " + step + ", while etcd is " + mode;
        Scene scene = new Scene();
        CompletableFuture<CompletableFuture<Void>> stopping = new CompletableFuture<>();
        scene.etcd.beforeCommit(step, () -> {
            scene.etcd.be(mode);
            stopping.complete(scene.registrar.stop(Scene.STOP_TIMEOUT));
        });
        story.tell(scene);
        if (stopping.isDone()) {
            scene.pass(Scene.STOP_TIMEOUT.plus(Duration.ofMillis(1)));
            assertTrue(stopping.join().isDone(), where + " does not end");
            assertEquals(RegistrationState.STOPPED, scene.state(), where);
            scene.registrar.close();
            scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            scene.seconds(20);
            assertTrue(!scene.isUp(), where + " is UP");
            assertTrue(!scene.isOwned(), where + " is owned");
            assertTrue(scene.etcd.leases().isEmpty(), where + " keeps a lease");
            scene.etcd.forgetWritten();
            scene.seconds(60);
            assertTrue(scene.etcd.written().isEmpty(), where + " writes " + scene.etcd.written());
        }
    }
}
