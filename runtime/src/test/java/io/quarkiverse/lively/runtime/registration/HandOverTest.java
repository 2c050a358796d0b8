package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;

/** One start of the application leaves its registration to the next one, as a reload in dev mode does. */
class HandOverTest {

    private static final String ETCD = "http://localhost:2379";
    private static final ServiceIdentity OTHER_UUID = new ServiceIdentity("u2", "inventory", "host1", "default");

    private final Scene scene = Scene.registered();
    private final long lease = scene.leaseOfUp();

    @AfterEach
    void leaveNothing() {
        Inheritance.take(ETCD);
    }

    @Test
    void theNextStartGoesOnWithoutAWrite() {
        handOver();
        assertEquals(RegistrationState.STOPPED, scene.state());
        scene.etcd.forgetWritten();
        Registrar next = start(settings(Scene.ID), 8080);
        scene.seconds(60);
        assertTrue(next.goesOn());
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertEquals(Set.of(), scene.etcd.written());
        assertEquals(Set.of(lease), scene.etcd.leases());
        assertTrue(scene.isUp());
    }

    /** After the stop, and before the next start, the old application is closed. */
    @Test
    void whatWasHandedOverIsNotTouchedAnyMore() {
        handOver();
        scene.etcd.forgetWritten();
        scene.serve(scene.registrar, 8080);
        scene.registrar.own().down("too late");
        scene.registrar.notReady("too late");
        scene.registrar.close();
        scene.seconds(5);
        assertEquals(Set.of(), scene.etcd.written());
        assertTrue(scene.isUp());
    }

    @Test
    void theStopOfTheNextStartPublishesDown() {
        handOver();
        Registrar next = start(settings(Scene.ID), 8080);
        next.stop(Scene.STOP_TIMEOUT);
        next.close();
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertEquals(Reason.SHUTDOWN, scene.said().getReason());
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void theStopOfANextStartThatNeverServedPublishesDown() {
        handOver();
        Registrar next = process(scene.layout, settings(Scene.ID));
        next.start();
        next.stop(Scene.STOP_TIMEOUT);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertFalse(scene.isUp());
    }

    @Test
    void nothingChangesWhileTheReadinessOfTheNextStartIsNotKnown() {
        handOver();
        scene.etcd.forgetWritten();
        Registrar.Settings known = settings(Scene.ID);
        Registrar next = start(scene.layout, new Registrar.Settings(true, known.identity(), known.ttl(), known.stopTimeout(),
                known.version(), known.metadata(), known.onConflict(), known.ephemeral(), true), 8080);
        scene.seconds(60);
        assertEquals(RegistrationState.STARTING, next.own().state());
        assertTrue(scene.isUp());
        next.ready();
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertEquals(Set.of(), scene.etcd.written());
    }

    @Test
    void withoutANextStartItExpires() {
        handOver();
        scene.registrar.close();
        scene.pass(Scene.TTL);
        assertFalse(scene.isUp());
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void aNextStartThatIsLateRegistersAnew() {
        handOver();
        scene.pass(Scene.TTL.multipliedBy(2));
        Registrar next = start(settings(Scene.ID), 8080);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertTrue(scene.isUp());
    }

    @Test
    void anEtcdThatIsAwayMeanwhileIsWaitedFor() {
        handOver();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        Registrar next = start(settings(Scene.ID), 8080);
        scene.seconds(1);
        assertEquals(RegistrationState.STARTING, next.own().state());
        assertEquals("connection refused", next.own().reason());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(2);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertEquals(lease, scene.leaseOfUp());
    }

    @Test
    void anotherPortIsPublishedWithoutADown() {
        handOver();
        String before = claimed();
        scene.etcd.afterEachWrite(transaction -> assertTrue(scene.isUp()));
        start(settings(Scene.ID), 8081);
        assertFalse(claimed().equals(before));
        assertEquals(lease, scene.leaseOfUp());
    }

    @Test
    void anotherTypeOfTheSameUuidIsPublishedWithoutADown() {
        handOver();
        scene.etcd.afterEachWrite(transaction -> assertTrue(scene.isUp()));
        start(settings(new ServiceIdentity("u1", "stock", "host1", "default")), 8080);
        assertEquals("stock", scene.record().orElseThrow().getType());
        assertFalse(scene.etcd.has(scene.layout.typeHost("inventory", "host1")));
    }

    @Test
    void underAnotherUuidTheOldOneIsDownAndTheNewOneHasItsNames() {
        handOver();
        Registrar next = start(settings(OTHER_UUID), 8080);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertFalse(scene.etcd.has(scene.layout.up("u1")));
        assertFalse(scene.etcd.has(scene.layout.owner("u1")));
        assertTrue(scene.etcd.has(scene.layout.up("u2")));
        assertFalse(scene.etcd.leases().contains(lease));
    }

    /** It may never be possible: who may write the keys of the new one need not be permitted to write those of the old one. */
    @Test
    void underAnotherUuidItIsNotWaitedForLongUntilTheOldOneIsDown() {
        handOver();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        Registrar next = start(settings(OTHER_UUID), 8080);
        scene.seconds(3);
        assertEquals("connection refused", next.own().reason(), "it asks for a lease of its own");
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(10);
        assertEquals(RegistrationState.REGISTERED, next.own().state());
        assertFalse(scene.etcd.has(scene.layout.up("u1")));
    }

    @Test
    void inAnotherNamespaceTheOldOneIsDown() {
        handOver();
        Registrar next = start(new KeyLayout("elsewhere"), settings(Scene.ID), 8080);
        assertFalse(next.goesOn());
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertFalse(scene.isUp());
        assertFalse(scene.etcd.leases().contains(lease));
    }

    @Test
    void notRegisteredAnyMoreItIsDown() {
        handOver();
        Registrar.Settings settings = settings(Scene.ID);
        start(new Registrar.Settings(false, settings.identity(), settings.ttl(), settings.stopTimeout(), settings.version(),
                settings.metadata(), settings.onConflict(), settings.ephemeral(), false), 8080);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void anotherEtcdIsNoneOfItsBusiness() {
        handOver();
        assertEquals(Optional.empty(), Inheritance.take("http://elsewhere:2379"));
        assertEquals(Optional.empty(), Inheritance.take(ETCD));
    }

    @Test
    void whatSomebodyKeepsDownStaysAsItIs() {
        scene.downByOther("disk", null);
        scene.seconds(1);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        handOver();
        scene.etcd.forgetWritten();
        Registrar next = start(settings(Scene.ID), 8080);
        assertEquals(RegistrationState.HELD_DOWN, next.own().state());
        assertEquals(Set.of(), scene.etcd.written());
    }

    /** A claim of a service that is held leaves no trace in its history. */
    @Test
    void whoHasTakenAHeldServiceMeanwhileKeepsIt() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.downByOther("disk", null);
        Registrar first = start(settings(Scene.ID), 8080);
        assertEquals(RegistrationState.HELD_DOWN, first.own().state());
        first.handOver(Scene.STOP_TIMEOUT).join().orElseThrow().leave(ETCD);
        Optional<Inheritance> left = Inheritance.take(ETCD);
        Registrar second = start(settings(Scene.ID), 8081);
        left.orElseThrow().leave(ETCD);
        Registrar next = start(settings(Scene.ID), 8080);
        assertEquals(RegistrationState.FENCED, next.own().state());
        assertEquals(RegistrationState.HELD_DOWN, second.own().state());
    }

    @Test
    void whoIsFencedHasNothingToLeave() {
        scene.start(scene.process(Scene.ID));
        scene.seconds(1);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEquals(Optional.empty(), scene.registrar.handOver(Scene.STOP_TIMEOUT).join());
        scene.registrar.close();
        assertFalse(scene.etcd.leases().contains(lease));
        assertTrue(scene.isUp(), "by the other one");
    }

    @Test
    void furtherServicesAreDown() {
        scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        assertTrue(scene.etcd.has(scene.layout.up("q")));
        handOver();
        assertFalse(scene.etcd.has(scene.layout.up("q")));
        assertTrue(scene.etcd.has(scene.layout.down("q")));
        assertTrue(scene.isUp());
    }

    /** Under a lease that lives on they would be UP for ever. */
    @Test
    void furtherServicesThatCannotBeDownTakeTheLeaseWithThem() {
        scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        CompletableFuture<Optional<Inheritance>> left = scene.registrar.handOver(Scene.STOP_TIMEOUT);
        scene.pass(Scene.STOP_TIMEOUT);
        assertTrue(left.isCompletedExceptionally());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        assertTrue(scene.etcd.leases().isEmpty());
    }

    @Test
    void itIsLeftAtOnceWhateverEtcdDoes() {
        for (FakeEtcd.Mode mode : FakeEtcd.Mode.values()) {
            Scene fresh = Scene.registered();
            fresh.etcd.be(mode);
            assertTrue(fresh.registrar.handOver(Scene.STOP_TIMEOUT).join().isPresent(), mode.name());
        }
    }

    private void handOver() {
        scene.registrar.handOver(Scene.STOP_TIMEOUT).join().orElseThrow().leave(ETCD);
    }

    private Registrar start(Registrar.Settings settings, int port) {
        return start(scene.layout, settings, port);
    }

    private Registrar start(KeyLayout layout, Registrar.Settings settings, int port) {
        Registrar next = process(layout, settings);
        next.start();
        scene.serve(next, port);
        return next;
    }

    private Registrar process(KeyLayout layout, Registrar.Settings settings) {
        return new Registrar(scene.etcd, layout, scene.worker, new FakePlatform(scene.worker), settings, Inheritance.take(ETCD),
                change -> {
                }, LivelyMetrics.NONE);
    }

    private static Registrar.Settings settings(ServiceIdentity identity) {
        return new Registrar.Settings(true, identity, Scene.TTL, Duration.ofSeconds(2), "1.0", Map.of("zone", "a"),
                OnConflict.TAKEOVER, false, false);
    }

    private String claimed() {
        return scene.etcd.get(scene.layout.owner("u1")).value().toString();
    }
}
