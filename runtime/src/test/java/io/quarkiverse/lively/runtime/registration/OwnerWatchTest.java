package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.EtcdException;

/** What others write of a service, its owner notices at once, and without its watch at the next look. */
class OwnerWatchTest {

    private static final Duration A_LOOK = Scene.TTL.multipliedBy(5).dividedBy(8);

    private final Scene scene = Scene.registered();

    @Test
    void aForeignDown() {
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        scene.liftByOther();
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aForeignDelete() {
        scene.etcd.delete(scene.layout.service(Scene.ID.uuid()));
        assertTrue(scene.isUp());
    }

    @Test
    void anotherOwner() {
        scene.start(scene.process(Scene.ID));
        assertEquals(RegistrationState.FENCED, scene.state());
    }

    @Test
    void itIsOpenedAgainFromWhatWasSeen() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.etcd.endWatches();
        scene.downByOther("disk", null);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.pass(Duration.ofMillis(500));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }

    @Test
    void withoutItTheNextLookTells() {
        scene.etcd.beDeaf();
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        scene.pass(A_LOOK);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }

    @Test
    void whatTheOwnerWritesItselfIsNoReasonToLook() {
        long before = scene.etcd.commits;
        scene.registrar.own().down("x");
        scene.registrar.own().up();
        long requests = scene.etcd.commits;
        assertEquals(before + 4, requests, "each of them is a look and a write, and the write is not read back");
        scene.pass(Duration.ofSeconds(1));
        assertEquals(requests, scene.etcd.commits);
    }

    @Test
    void aClosedServiceIsWatchedNoMore() {
        Configured.anyThreadMayBlock();
        scene.registrar.own().close();
        assertEquals(0, scene.etcd.watches());
    }

    @Test
    void manyServicesAreRegisteredAtOnceAndWatchedByAndBy() {
        scene.pass(Duration.ofSeconds(1));
        int before = scene.etcd.watchedKeys();
        List<ServiceRegistration> many = IntStream.range(0, 50)
                .mapToObj(i -> scene.registrar.register(ServiceDefinition.of("queue", "q" + i))).toList();
        assertTrue(many.stream().allMatch(further -> further.state() == RegistrationState.REGISTERED));
        int atOnce = scene.etcd.watchedKeys() - before;
        assertTrue(atOnce <= 40, atOnce + " at once");
        scene.pass(Duration.ofSeconds(1));
        assertEquals(before + 100, scene.etcd.watchedKeys());
    }

    @Test
    void whatHappensBeforeItIsWatchedIsHeardOfThen() {
        scene.etcd.endWatches();
        scene.pass(Duration.ofSeconds(1));
        scene.registrar.register(ServiceDefinition.of("queue", "q1"));
        Registration second = scene.registrar.register(ServiceDefinition.of("queue", "q2"));
        scene.etcd.delete(scene.layout.service(second.record().uuid()));
        scene.pass(Duration.ofMillis(200));
        assertTrue(scene.etcd.has(scene.layout.service(second.record().uuid())));
    }

    @Test
    void aWipedEtcdIsWatchedFromItsBeginning() {
        scene.etcd.wipe();
        scene.pass(A_LOOK);
        assertTrue(scene.isUp());
        scene.downByOther("disk", null);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }

    @Test
    void whatWasCompactedIsFoundByALook() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.etcd.endWatches();
        scene.downByOther("disk", null);
        scene.etcd.forgetChanges();
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.etcd.endWatches();
        scene.pass(Duration.ofMillis(500));
        scene.etcd.endWatches(new EtcdException(EtcdException.Kind.COMPACTED, "compacted", null));
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }

    @Test
    void aChangeOfAnotherHistoryIsNoReasonToLookForEver() {
        scene.etcd.beforeCommit(scene.etcd.commits + 1, () -> scene.etcd.skipTo(50));
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        scene.pass(A_LOOK);
        scene.etcd.wipeBackTo(40);
        long before = scene.etcd.commits;
        scene.seconds(60);
        assertTrue(scene.etcd.commits - before < 60, (scene.etcd.commits - before) + " in a minute");
        assertTrue(scene.isUp());
    }

    @Test
    void anAnswerAboutAnotherServiceHidesNoChange() {
        scene.stealTypeAndHost();
        // The next look is at its own keys, and the one after that at those of the other service.
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.downByOther("disk", null));
        scene.pass(A_LOOK);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
    }
}
