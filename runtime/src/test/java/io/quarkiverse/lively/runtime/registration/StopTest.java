package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkiverse.lively.test.LogLines;

@Isolated
class StopTest {

    private final Scene scene = Scene.registered();

    @Test
    void aStopIsDoneWhenDownIsInEtcd() {
        CompletableFuture<Void> stopped = scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(stopped.isDone() && !stopped.isCompletedExceptionally());
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertEquals(Reason.SHUTDOWN, scene.said().getReason());
        assertTrue(scene.etcd.has(scene.layout.down(Scene.ID.uuid())));
        assertFalse(scene.etcd.has(scene.layout.up(Scene.ID.uuid())));
        assertFalse(scene.isOwned());
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(Liveness.DOWN, scene.registrar.own().record().liveness());
    }

    /** That is ahead of quarkus.shutdown.delay, during which the application serves. */
    @Test
    void theLogSaysThatDownIsPublishedAndNotThatItHasStopped() {
        try (LogLines log = new LogLines()) {
            scene.registrar.stop(Scene.STOP_TIMEOUT);
            assertEquals(List.of(Scene.ID + " is DOWN in etcd. The application serves until it has stopped"), log.messages());
        }
    }

    @Test
    void theLogDoesNotSayDownOfAServiceThatIsNotDown() {
        Registration closed = scene.registrar.register(ServiceDefinition.of("queue", "q1"));
        Registration abandoned = scene.registrar.register(ServiceDefinition.of("queue", "q2"));
        try (LogLines log = new LogLines()) {
            stop(closed, TakeDown.Word.DOWN);
            stop(abandoned, TakeDown.Word.NOTHING);
            assertEquals(List.of("queue on q1 (x) is DOWN in etcd", "queue on q2 (x) is not registered any more"),
                    log.messages().stream().map(message -> message.replaceAll("\\(.*\\)", "(x)")).toList());
        }
        scene.start(scene.process(Scene.ID));
        assertLogAtStop(scene, Scene.ID + " is not registered any more");

        Scene ephemeral = new Scene(OnConflict.TAKEOVER, true, false);
        ephemeral.start(ephemeral.registrar);
        assertLogAtStop(ephemeral, Scene.ID + " is not registered any more");
    }

    private static void assertLogAtStop(Scene scene, String message) {
        try (LogLines log = new LogLines()) {
            scene.registrar.stop(Scene.STOP_TIMEOUT);
            assertEquals(List.of(message), log.messages());
        }
    }

    private static void stop(Registration registration, TakeDown.Word word) {
        ((ServiceRegistration) registration).stop(word, Scene.STOP_TIMEOUT, OptionalLong::empty);
    }

    @Test
    void itIsNotRegisteredAgainAfterThat() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.etcd.forgetWritten();
        scene.seconds(60);
        assertTrue(scene.etcd.written().isEmpty());
        assertTrue(scene.registrar.close().isDone());
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void theLeaseIsGivenBackAtTheEnd() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(1, scene.etcd.leases().size());
        scene.registrar.close();
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void aStopWithoutEtcdIsBounded() {
        for (FakeEtcd.Mode mode : new FakeEtcd.Mode[] { FakeEtcd.Mode.DOWN, FakeEtcd.Mode.FROZEN, FakeEtcd.Mode.MUTE }) {
            Scene fresh = Scene.registered();
            fresh.etcd.be(mode);
            CompletableFuture<Void> stopped = fresh.registrar.stop(Scene.STOP_TIMEOUT);
            assertFalse(stopped.isDone(), mode.name());
            fresh.pass(Scene.STOP_TIMEOUT);
            assertTrue(stopped.isCompletedExceptionally(), mode.name());
            assertEquals(RegistrationState.STOPPED, fresh.state());
        }
    }

    @Test
    void aStopThatMeetsAnEtcdOnItsWayBackIsDone() {
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        CompletableFuture<Void> stopped = scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(1);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(1);
        assertTrue(stopped.isDone() && !stopped.isCompletedExceptionally());
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
    }

    @Test
    void aStopWhileAClaimIsUnderWayTakesItBack() {
        Scene fresh = new Scene();
        fresh.registrar.start();
        fresh.etcd.be(FakeEtcd.Mode.FROZEN);
        fresh.registrar.serve(Optional.empty());
        CompletableFuture<Void> stopped = fresh.registrar.stop(Scene.STOP_TIMEOUT);
        fresh.etcd.be(FakeEtcd.Mode.ANSWERS);
        assertTrue(stopped.isDone() && !stopped.isCompletedExceptionally());
        assertEquals(Status.DOWN, fresh.record().orElseThrow().getStatus());
        assertFalse(fresh.etcd.has(fresh.layout.up(Scene.ID.uuid())));
    }

    @Test
    void aStopAfterAClaimWhoseAnswerWasLostTakesItBack() {
        Scene fresh = new Scene();
        fresh.registrar.start();
        fresh.etcd.be(FakeEtcd.Mode.MUTE);
        fresh.registrar.serve(Optional.empty());
        fresh.pass(Duration.ofMillis(3_001));
        assertTrue(fresh.isOwned());
        fresh.etcd.be(FakeEtcd.Mode.ANSWERS);
        fresh.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(Status.DOWN, fresh.record().orElseThrow().getStatus());
        assertFalse(fresh.isOwned());
    }

    @Test
    void aStopBeforeTheApplicationServedWritesNothing() {
        Scene fresh = new Scene();
        fresh.registrar.start();
        assertTrue(fresh.registrar.stop(Scene.STOP_TIMEOUT).isDone());
        fresh.registrar.serve(Optional.empty());
        fresh.seconds(60);
        assertTrue(fresh.etcd.written().isEmpty());
    }

    @Test
    void aStopAfterTheLeaseRanOutStillSaysDown() {
        scene.worker.sleepThrough(Scene.TTL.plusSeconds(1));
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
    }

    @Test
    void whatSomebodyElseKeepsDownStaysAsItIs() {
        scene.downByOther("disk", null);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals("disk", scene.record().orElseThrow().getMaintenanceNote());
        assertFalse(scene.isOwned());
    }

    @Test
    void withoutSpaceForDownTheLeaseIsStillGivenBack() {
        scene.etcd.refuseWrites("database space exceeded");
        CompletableFuture<Void> stopped = scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertTrue(stopped.isCompletedExceptionally());
        assertTrue(scene.registrar.own().reason().contains("database space exceeded"), scene.registrar.own().reason());
        assertFalse(scene.isUp(), "at once, and not only at the end");
    }

    @Test
    void aFurtherServiceThatIsClosedWithoutEtcdIsDownOnceEtcdIsBack() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        assertEquals(RegistrationState.REGISTERED, further.state());
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        CompletableFuture<Void> closed = ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        scene.seconds(2);
        assertTrue(closed.isCompletedExceptionally());
        assertEquals(Liveness.UNKNOWN, further.record().liveness());
        assertTrue(further.reason().contains("connection refused"), further.reason());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(3);
        assertFalse(scene.etcd.has(scene.layout.up("q")), "its lease lives on, for others");
        assertTrue(scene.etcd.has(scene.layout.down("q")));
        assertTrue(scene.isUp());
        assertEquals(Liveness.DOWN, further.record().liveness());
        assertEquals("it was stopped", further.reason());
    }

    @Test
    void aFurtherServiceForWhoseDownThereIsNoSpaceIsNotUpEither() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        scene.etcd.refuseWrites("database space exceeded");
        ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        assertFalse(scene.etcd.has(scene.layout.up("q")));
        assertTrue(scene.isUp());
    }

    @Test
    void aFurtherServiceForWhoseDownThereIsNoSpaceIsNotUpEitherIfEtcdWasAwayThen() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        scene.etcd.refuseWrites("database space exceeded");
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.etcd.be(FakeEtcd.Mode.DOWN));
        CompletableFuture<Void> closed = ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        scene.pass(Scene.STOP_TIMEOUT);
        assertTrue(closed.isCompletedExceptionally());
        assertTrue(scene.etcd.has(scene.layout.up("q")));
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(1);
        assertFalse(scene.etcd.has(scene.layout.up("q")), "its lease lives on, for others");
        assertFalse(scene.etcd.has(scene.layout.owner("q")));
        assertTrue(scene.isUp());
    }

    @Test
    void aFurtherServiceForWhoseDownThereIsNoSpaceIsNotUpEitherIfSomebodyWritesItThen() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        scene.etcd.refuseWrites("database space exceeded");
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.etcd.put(scene.layout.service("q"),
                scene.etcd.get(scene.layout.service("q")).value()));
        CompletableFuture<Void> closed = ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        scene.seconds(1);
        assertTrue(closed.isCompletedExceptionally());
        assertFalse(scene.etcd.has(scene.layout.up("q")));
        assertFalse(scene.etcd.has(scene.layout.owner("q")));
    }

    @Test
    void aFurtherServiceThatOthersChangeAllTheTimeIsDownOnceTheyStop() {
        Registration further = scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        loseRaces(Publication.RACES + 2);
        ((ServiceRegistration) further).stop(Scene.STOP_TIMEOUT);
        scene.seconds(1);
        assertFalse(scene.etcd.has(scene.layout.owner("q")), "the lease lives on, for others");
        assertFalse(scene.etcd.has(scene.layout.up("q")));
        assertTrue(scene.etcd.has(scene.layout.down("q")));
    }

    private void loseRaces(int many) {
        scene.etcd.beforeNextWrite(() -> {
            scene.etcd.put(scene.layout.service("q"), scene.etcd.get(scene.layout.service("q")).value());
            if (many > 1) {
                loseRaces(many - 1);
            }
        });
    }

    @Test
    void nothingIsRegisteredAnyMoreWhileItStops() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertThrows(IllegalStateException.class,
                () -> scene.registrar.register(ServiceDefinition.of("queue", "q1")));
    }

    /** The clock is read after it was asked whether the process stops, and before the stop can see the service. */
    @Test
    void nothingIsRegisteredForWhichAStopCameTooEarly() {
        AtomicReference<Runnable> whenItReadsTheClock = new AtomicReference<>(() -> {
        });
        Worker worker = new Worker() {
            @Override
            public long nanoTime() {
                return scene.worker.nanoTime();
            }

            @Override
            public Instant now() {
                whenItReadsTheClock.getAndSet(() -> {
                }).run();
                return scene.worker.now();
            }

            @Override
            public void execute(Runnable task) {
                scene.worker.execute(task);
            }

            @Override
            public void close() {
                scene.worker.close();
            }

            @Override
            public Timer after(Duration delay, Runnable task) {
                return scene.worker.after(delay, task);
            }
        };
        Registrar process = scene.process(new ServiceIdentity("u2", "inventory", "host2", "default"), worker);
        scene.start(process);
        whenItReadsTheClock.set(() -> process.stop(Scene.STOP_TIMEOUT));
        assertThrows(IllegalStateException.class,
                () -> process.register(ServiceDefinition.of("queue", "q1").withUuid("q")));
        scene.seconds(60);
        assertFalse(scene.etcd.has(scene.layout.service("q")));
    }

    @Test
    void whatIsSaidAfterAStopDoesNotReplaceIt() {
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        scene.registrar.notReady("a look is under way");
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.registrar.notReady("and another reason is said");
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        assertEquals(RegistrationState.STOPPED, scene.state());
        assertEquals(Reason.SHUTDOWN, scene.said().getReason());
        assertFalse(scene.isOwned());
    }

    @Test
    void whatWasRefusedBeforeAStopIsNotSaidToBeTriedAgain() {
        scene.etcd.refuseWrites("database space exceeded");
        scene.etcd.beforeCommit(scene.etcd.commits + 2, () -> scene.etcd.be(FakeEtcd.Mode.FROZEN));
        scene.registrar.notReady("x");
        try (LogLines log = new LogLines()) {
            scene.registrar.stop(Scene.STOP_TIMEOUT);
            scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            assertEquals(RegistrationState.STOPPED, scene.state());
            assertEquals(List.of(), log.with("Trying again"));
            assertEquals(1, log.with("could not be published as DOWN").size());
        }
    }

    @Test
    void aLeaseThatIsGrantedTooLateIsGivenBack() {
        Scene fresh = new Scene();
        fresh.etcd.be(FakeEtcd.Mode.FROZEN);
        fresh.start(fresh.registrar);
        fresh.registrar.stop(Scene.STOP_TIMEOUT);
        fresh.registrar.close();
        fresh.etcd.be(FakeEtcd.Mode.ANSWERS);
        assertTrue(fresh.etcd.leases().isEmpty());
    }
}
