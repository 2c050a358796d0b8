package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.quarkus.runtime.IOThreadDetector;

/** What an application publishes of itself may change while it runs. That is one write of its claim, and nothing else. */
@Isolated
class MetadataAtRunTimeTest {

    private static final Map<String, String> FIRST = Map.of("version", "2", "weight", "10");
    private static final Map<String, String> SECOND = Map.of("weight", "20");
    private static final Map<String, String> THIRD = Map.of("weight", "30");

    private final Scene scene = Scene.registered();
    private final ServiceRegistration own = scene.registrar.own();
    /** How many writes had the claim in them. */
    private int writes;

    @BeforeAll
    static void mayBlock() {
        Configured.anyThreadMayBlock();
    }

    @AfterAll
    static void mayBlockAgain() {
        Configured.anyThreadMayBlock();
    }

    @Test
    void theClaimIsRewrittenAndNothingElse() {
        scene.seconds(2);
        OptionalLong token = own.fencingToken();
        Instant since = own.record().since().orElseThrow();
        ByteString history = scene.etcd.get(scene.layout.history(Scene.ID.uuid())).value();
        scene.etcd.forgetWritten();
        long before = scene.etcd.commits;
        assertTrue(own.updatingMetadata(FIRST).isDone());
        assertEquals(FIRST, claim().getMetadataMap());
        assertTrue(scene.etcd.written().contains(owner()));
        assertFalse(scene.etcd.written().contains(scene.layout.service(Scene.ID.uuid())));
        assertEquals(2, scene.etcd.commits - before, "a look, and the write");
        assertEquals(FIRST, own.record().metadata());
        assertEquals(since, own.record().since().orElseThrow());
        assertEquals(history, scene.etcd.get(scene.layout.history(Scene.ID.uuid())).value());
        assertTrue(scene.isUp());
        assertTrue(token.isPresent());
        assertEquals(token, own.fencingToken());
        assertEquals(token.getAsLong(), claim().getToken());
        assertTrue(scene.etcd.get(owner()).modRevision() > token.getAsLong());
    }

    /** Guards are by the revision of the claim, the token is not: the owner goes on writing. */
    @Test
    void theTokenStaysWhateverItWritesNext() {
        OptionalLong token = own.fencingToken();
        for (int i = 0; i < 5; i++) {
            own.updatingMetadata(Map.of("i", "" + i));
            scene.seconds(2);
            scene.registrar.notReady("x");
            scene.seconds(1);
            assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
            scene.registrar.ready();
            scene.seconds(1);
            assertTrue(scene.isUp());
        }
        assertEquals(token, own.fencingToken());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(token, own.fencingToken());
        assertFalse(scene.isOwned());
    }

    @Test
    void theyAreWrittenOnceASecondAndTheLastOnesCount() {
        scene.seconds(2);
        countWrites();
        CompletableFuture<Void> first = own.updatingMetadata(FIRST);
        assertTrue(first.isDone());
        List<CompletableFuture<Void>> more = new ArrayList<>();
        long reads = scene.etcd.commits;
        for (int i = 0; i < 9; i++) {
            more.add(own.updatingMetadata(Map.of("i", "" + i)));
            scene.pass(Duration.ofMillis(100));
        }
        assertEquals(1, writes);
        assertEquals(reads, scene.etcd.commits, "nothing is asked meanwhile");
        assertTrue(more.stream().noneMatch(CompletableFuture::isDone));
        scene.pass(Duration.ofMillis(100));
        assertTrue(more.stream().allMatch(CompletableFuture::isDone));
        assertEquals(2, writes);
        assertEquals(Map.of("i", "8"), claim().getMetadataMap());
    }

    /** A claim counts as a write of the claim. */
    @Test
    void soonAfterTheClaimTheyWait() {
        countWrites();
        CompletableFuture<Void> update = own.updatingMetadata(FIRST);
        assertEquals(0, writes);
        scene.seconds(1);
        assertTrue(update.isDone());
        assertEquals(1, writes);
    }

    /** Each caller is done with the write that has its metadata, not with one that was under way. */
    @Test
    void whoComesDuringAWriteIsDoneWithTheNextOne() {
        scene.seconds(2);
        CompletableFuture<CompletableFuture<Void>> second = new CompletableFuture<>();
        scene.etcd.beforeNextWrite(() -> second.complete(own.updatingMetadata(SECOND)));
        CompletableFuture<Void> first = own.updatingMetadata(FIRST);
        assertTrue(first.isDone());
        assertEquals(FIRST, claim().getMetadataMap());
        assertFalse(second.join().isDone());
        scene.seconds(1);
        assertTrue(second.join().isDone());
        assertEquals(SECOND, claim().getMetadataMap());
    }

    @Test
    void theSameMetadataAreNotWrittenAgain() {
        scene.seconds(2);
        countWrites();
        assertTrue(own.updatingMetadata(Map.of("zone", "a")).isDone());
        assertEquals(0, writes);
    }

    @Test
    void whileItIsHeld() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        scene.seconds(2);
        assertEquals(RegistrationState.HELD_DOWN, own.state());
        OptionalLong token = own.fencingToken();
        ByteString state = scene.etcd.get(scene.layout.state(Scene.ID.uuid())).value();
        assertTrue(own.updatingMetadata(FIRST).isDone());
        assertEquals(FIRST, claim().getMetadataMap());
        assertEquals(RegistrationState.HELD_DOWN, own.state());
        assertEquals(token, own.fencingToken());
        assertEquals(state, scene.etcd.get(scene.layout.state(Scene.ID.uuid())).value());
        scene.operator().up(Scene.ID.uuid());
        scene.seconds(6);
        assertTrue(scene.isUp());
        assertEquals(FIRST, claim().getMetadataMap());
    }

    @Test
    void beforeItServesTheyAreKeptForTheClaim() {
        Scene starting = new Scene();
        starting.registrar.start();
        starting.registrar.own().updatingMetadata(FIRST);
        assertTrue(starting.registrar.own().updatingMetadata(SECOND).isDone());
        long before = starting.etcd.commits;
        starting.serve(starting.registrar, 8080);
        assertEquals(1, starting.etcd.commits - before, "one round trip for a new service");
        assertEquals(SECOND, starting.registrar.own().record().metadata());
    }

    @Test
    void whileItIsLostTheyAreKeptForTheNextClaim() {
        OptionalLong token = own.fencingToken();
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        scene.seconds(8);
        assertEquals(RegistrationState.LOST, own.state());
        assertTrue(own.updatingMetadata(FIRST).isDone());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(8);
        assertEquals(RegistrationState.REGISTERED, own.state());
        assertEquals(FIRST, claim().getMetadataMap());
        assertTrue(own.fencingToken().getAsLong() > token.getAsLong(), "another claim has another token");
        assertEquals(0, claim().getToken());
    }

    @Test
    void anUpdateThatIsUnderWayWhenTheLeaseIsLostIsKept() {
        scene.seconds(2);
        scene.etcd.be(FakeEtcd.Mode.FROZEN);
        CompletableFuture<Void> update = own.updatingMetadata(FIRST);
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(8);
        assertTrue(update.isDone());
        assertEquals(RegistrationState.REGISTERED, own.state());
        assertEquals(FIRST, claim().getMetadataMap());
    }

    @Test
    void theySurviveALostLease() {
        own.updatingMetadata(FIRST);
        scene.seconds(2);
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(8);
        assertEquals(RegistrationState.REGISTERED, own.state());
        assertEquals(FIRST, claim().getMetadataMap());
    }

    @Test
    void withoutAnAnswerTheCallFailsAndTheyAreKept() {
        scene.seconds(2);
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        CompletableFuture<Void> update = own.updatingMetadata(FIRST);
        RegistryUnavailableException failure = assertInstanceOf(RegistryUnavailableException.class, failure(update));
        assertTrue(failure.getMessage().startsWith("The metadata of inventory on host1 (u1) are not stored yet: connection"
                + " refused. They are kept"), failure.getMessage());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(3);
        assertEquals(RegistrationState.REGISTERED, own.state());
        assertEquals(FIRST, claim().getMetadataMap());
    }

    @Test
    void withoutPermissionTheCallFailsAndTheyAreKept() {
        scene.seconds(2);
        scene.etcd.refuseNext("permission denied");
        assertInstanceOf(PermissionDeniedException.class, failure(own.updatingMetadata(FIRST)));
        scene.seconds(6);
        assertEquals(FIRST, claim().getMetadataMap());
    }

    /** An operator's DOWN that lands between the look and the write holds all the same. */
    @Test
    void theDownOfAnOperatorIsNotOverwritten() {
        scene.seconds(2);
        scene.etcd.beforeNextWrite(() -> scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk")));
        CompletableFuture<Void> update = own.updatingMetadata(FIRST);
        scene.seconds(2);
        assertTrue(update.isDone());
        assertEquals(RegistrationState.HELD_DOWN, own.state());
        assertEquals(FIRST, claim().getMetadataMap());
    }

    @Test
    void whoIsFencedPublishesNothing() {
        scene.start(scene.process(Scene.ID));
        scene.seconds(1);
        assertEquals(RegistrationState.FENCED, own.state());
        IllegalStateException refused = assertInstanceOf(IllegalStateException.class, failure(own.updatingMetadata(FIRST)));
        assertTrue(refused.getMessage().startsWith("The metadata of inventory on host1 (u1) cannot be published: it is FENCED"),
                refused.getMessage());
        assertEquals(Map.of("zone", "a"), claim().getMetadataMap());
    }

    @Test
    void whoIsFencedMeanwhilePublishesNothing() {
        CompletableFuture<Void> waiting = own.updatingMetadata(FIRST);
        assertFalse(waiting.isDone());
        scene.start(scene.process(Scene.ID));
        scene.seconds(1);
        assertInstanceOf(IllegalStateException.class, failure(waiting));
        assertEquals(Map.of("zone", "a"), claim().getMetadataMap());
    }

    @Test
    void whoIsStoppedPublishesNothing() {
        CompletableFuture<Void> waiting = own.updatingMetadata(FIRST);
        assertFalse(waiting.isDone());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertInstanceOf(IllegalStateException.class, failure(waiting));
        scene.etcd.forgetWritten();
        assertInstanceOf(IllegalStateException.class, failure(own.updatingMetadata(SECOND)));
        scene.seconds(5);
        assertFalse(scene.etcd.written().contains(owner()));
    }

    @Test
    void whoIsNotRegisteredAtAllPublishesNothing() {
        Registrar disabled = new Registrar(scene.etcd, scene.layout, scene.worker, new FakePlatform(scene.worker),
                new Registrar.Settings(false, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0", Map.of(), OnConflict.TAKEOVER,
                        false, false),
                change -> {
                });
        assertInstanceOf(IllegalStateException.class, failure(disabled.own().updatingMetadata(FIRST)));
        assertTrue(disabled.own().checkReadiness().subscribeAsCompletionStage().isDone(), "no checks decide");
        assertTrue(disabled.own().closeAsync().subscribeAsCompletionStage().isDone());
    }

    @Test
    void whoIsReloadedPublishesNothing() {
        CompletableFuture<Void> waiting = own.updatingMetadata(FIRST);
        scene.registrar.handOver(Scene.STOP_TIMEOUT);
        assertInstanceOf(IllegalStateException.class, failure(waiting));
        scene.etcd.forgetWritten();
        scene.seconds(3);
        assertFalse(scene.etcd.written().contains(owner()));
    }

    @Test
    void badMetadataAreRefusedBeforeAnythingIsWritten() {
        scene.seconds(2);
        scene.etcd.forgetWritten();
        String tooLong = "x".repeat(64 * 1024);
        assertEquals("metadata", assertThrows(InvalidServiceException.class,
                () -> own.updateMetadata(Map.of("k", tooLong))).field());
        assertEquals("metadata", assertThrows(InvalidServiceException.class,
                () -> own.updateMetadata(Map.of("k", "\ud800"))).field());
        assertThrows(InvalidServiceException.class,
                () -> own.updateMetadataAsync(Map.of("k", tooLong)).await().indefinitely());
        scene.seconds(2);
        assertEquals(Map.of("zone", "a"), claim().getMetadataMap());
        assertFalse(scene.etcd.written().contains(owner()));
    }

    @Test
    void bothFormsDoTheSame() {
        scene.seconds(2);
        Registration registration = own;
        registration.updateMetadata(FIRST);
        assertEquals(FIRST, claim().getMetadataMap());
        scene.seconds(2);
        CompletableFuture<Void> unasked = new CompletableFuture<>();
        var update = registration.updateMetadataAsync(SECOND);
        assertEquals(FIRST, claim().getMetadataMap(), "nothing happens before it is subscribed to");
        update.subscribe().with(unasked::complete, unasked::completeExceptionally);
        assertTrue(unasked.isDone());
        assertEquals(SECOND, claim().getMetadataMap());
    }

    @Test
    void onAnEventLoopOnlyTheFormThatDoesNotBlock() {
        scene.seconds(2);
        BlockingOperationControl.setIoThreadDetector(new IOThreadDetector[] { () -> true });
        try {
            assertThrows(BlockingOperationNotAllowedException.class, () -> own.updateMetadata(FIRST));
            assertEquals(Map.of("zone", "a"), claim().getMetadataMap());
            own.updateMetadataAsync(THIRD).await().indefinitely();
            assertEquals(THIRD, claim().getMetadataMap());
            assertThrows(BlockingOperationNotAllowedException.class, own::close);
            own.closeAsync().await().indefinitely();
            assertEquals(RegistrationState.STOPPED, own.state());
            own.closeAsync().await().indefinitely();
        } finally {
            Configured.anyThreadMayBlock();
        }
    }

    /** As close() does, it is done in time whatever etcd does. */
    @Test
    void closingWithoutBlockingNeverFails() {
        scene.etcd.be(FakeEtcd.Mode.MUTE);
        CompletableFuture<Void> closed = own.closeAsync().subscribeAsCompletionStage();
        assertFalse(closed.isDone());
        scene.pass(Scene.STOP_TIMEOUT);
        closed.join();
        assertEquals(OptionalLong.empty(), own.fencingToken());
    }

    private void countWrites() {
        scene.etcd.afterEachWrite(transaction -> writes += transaction.then().stream()
                .anyMatch(operation -> operation instanceof Transaction.Put put && put.key().equals(owner())) ? 1 : 0);
    }

    private ByteString owner() {
        return scene.layout.owner(Scene.ID.uuid());
    }

    private Claim claim() {
        try {
            return Claim.parseFrom(scene.etcd.get(owner()).value());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Throwable failure(CompletableFuture<Void> update) {
        assertTrue(update.isDone(), "it would wait");
        return assertThrows(CompletionException.class, update::join).getCause();
    }
}
