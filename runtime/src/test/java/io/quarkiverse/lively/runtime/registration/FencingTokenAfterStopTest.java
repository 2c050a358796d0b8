package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.OptionalLong;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.store.proto.Claim;

/**
 * An application that stops goes on serving for a while, and what it writes then is checked by its fencing token. The number
 * stays readable until the application has closed, or another process claims the service.
 */
class FencingTokenAfterStopTest {

    private final Scene scene = Scene.registered();
    private final OptionalLong token = scene.registrar.own().fencingToken();

    @BeforeAll
    static void mayBlock() {
        Configured.anyThreadMayBlock();
    }

    @Test
    void itStaysUntilTheApplicationHasClosed() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(token.isPresent());
        assertFalse(scene.isOwned(), "a successor need not wait");
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(token, scene.registrar.own().fencingToken());
        scene.seconds(300);
        assertEquals(token, scene.registrar.own().fencingToken());
        scene.registrar.close();
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
    }

    @Test
    void itGoesOnceAnotherProcessClaimsTheService() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(1);
        scene.downByOther("no claim", null);
        assertEquals(token, scene.registrar.own().fencingToken());
        Registrar successor = scene.process(Scene.ID);
        scene.start(successor);
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
        successor.stop(Scene.STOP_TIMEOUT);
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken(), "it does not come back");
    }

    @Test
    void itGoesIfAnotherProcessClaimsTheServiceWhileItIsStopped() {
        // The transaction that would give the claim up shows it, also if no event does.
        scene.etcd.beDeaf();
        scene.etcd.beforeNextWrite(this::claimByOther);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
    }

    @Test
    void aClaimIsAlsoSeenAfterAnOutage() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.etcd.endWatches();
        claimByOther();
        scene.seconds(30);
        assertEquals(token, scene.registrar.own().fencingToken(), "nothing is seen");
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(6);
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
    }

    @Test
    void aClaimIsAlsoSeenIfTheFirstLookAtItFails() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.etcd.beforeCommit(scene.etcd.commits + 1, () -> scene.etcd.be(FakeEtcd.Mode.DOWN));
        claimByOther();
        assertEquals(token, scene.registrar.own().fencingToken());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(6);
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
    }

    @Test
    void itStaysAlsoIfDownCannotBeWritten() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        for (int i = 0; i < 100; i++) {
            assertEquals(token, scene.registrar.own().fencingToken(), i + " s after the stop");
            scene.seconds(1);
        }
    }

    @Test
    void aStopCostsOneRequestAsBefore() {
        long before = scene.etcd.commits;
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(60);
        assertEquals(before + 1, scene.etcd.commits);
    }

    @Test
    void noneIsLeftOfARegistrationThatHadNone() {
        scene.start(scene.process(Scene.ID));
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());

        Scene lost = Scene.registered();
        lost.etcd.be(FakeEtcd.Mode.DOWN);
        lost.seconds(10);
        assertEquals(RegistrationState.LOST, lost.state());
        lost.registrar.stop(Scene.STOP_TIMEOUT);
        lost.etcd.be(FakeEtcd.Mode.ANSWERS);
        lost.seconds(10);
        assertEquals(OptionalLong.empty(), lost.registrar.own().fencingToken());
    }

    @Test
    void aServiceThatIsKeptDownHasOne() {
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(token, scene.registrar.own().fencingToken());
    }

    @Test
    void ofAFurtherServiceItGoesWhenThatIsClosedAndStaysWhenTheApplicationStops() {
        Registration closed = scene.registrar.register(ServiceDefinition.of("queue", "q1"));
        Registration abandoned = scene.registrar.register(ServiceDefinition.of("queue", "q2"));
        Registration open = scene.registrar.register(ServiceDefinition.of("queue", "q3"));
        Registration last = scene.registrar.register(ServiceDefinition.of("queue", "q4"));
        OptionalLong tokenOfOpen = open.fencingToken();
        OptionalLong tokenOfLast = last.fencingToken();
        assertTrue(closed.fencingToken().isPresent() && abandoned.fencingToken().isPresent() && tokenOfOpen.isPresent());
        scene.seconds(1);
        closed.close();
        abandoned.abandon();
        assertEquals(OptionalLong.empty(), closed.fencingToken());
        assertEquals(OptionalLong.empty(), abandoned.fencingToken());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(tokenOfOpen, open.fencingToken());
        open.close();
        assertEquals(OptionalLong.empty(), open.fencingToken());
        assertEquals(token, scene.registrar.own().fencingToken());
        assertTrue(tokenOfLast.isPresent());
        assertEquals(tokenOfLast, last.fencingToken());
        scene.registrar.close();
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());
        assertEquals(OptionalLong.empty(), last.fencingToken());
    }

    @Test
    void itStaysWhenTheNextStartInDevModeGoesOn() {
        assertTrue(scene.registrar.handOver(Scene.STOP_TIMEOUT).join().isPresent());
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(token, scene.registrar.own().fencingToken());
        claimByOther();
        assertEquals(OptionalLong.empty(), scene.registrar.own().fencingToken());

        Scene reloaded = Scene.registered();
        reloaded.registrar.handOver(Scene.STOP_TIMEOUT);
        reloaded.registrar.close();
        assertEquals(OptionalLong.empty(), reloaded.registrar.own().fencingToken());
    }

    @Test
    void theServiceIsWatchedAsLong() {
        scene.pass(Duration.ofMillis(200));
        assertEquals(2, scene.etcd.watchedKeys());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(2, scene.etcd.watchedKeys());
        claimByOther();
        assertEquals(0, scene.etcd.watchedKeys());

        Scene closed = Scene.registered();
        closed.registrar.stop(Scene.STOP_TIMEOUT);
        closed.registrar.close();
        assertEquals(0, closed.etcd.watches());
    }

    private void claimByOther() {
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()),
                Claim.newBuilder().setIncarnation("another").setAddress("h").setPort(1).build().toByteString());
    }
}
