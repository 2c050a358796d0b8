package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.StoppedClock;

/** What others say of a service. */
class ServiceWriterTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Service UP = Service.newBuilder().setUuid("u").setType("type").setHost("host").setRegion("region")
            .setStatus(Status.UP).build();
    private static final Claim OWNER = Claim.newBuilder().setIncarnation("owner").build();

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final ServiceWriter writer = new ServiceWriter(store.etcd, store.layout, new StoppedClock(NOW), "ops@desk");
    private final ServiceReader reader = new ServiceReader(store.etcd, store.layout, Runnable::run);
    private final OwnerWrites owner = new OwnerWrites(store.layout, new ServiceIdentity("u", "type", "host", "region"), false);

    @Test
    void downHoldsAtOnceAndTheClaimStays() {
        own();
        ServiceRecord down = writer.down("u", Maintenance.of("disk")).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(Reason.MAINTENANCE, down.reason());
        assertTrue(down.owned());
        assertEquals(down, reader.find("u").join().orElseThrow(), "what is returned is what is stored");
        assertEquals(List.of("/services/by-status/DOWN/u"), store.server.keys("/services/by-status/"));
        State said = look().state().value().orElseThrow();
        assertEquals("ops@desk", said.getHold().getBy());
        assertEquals("disk", said.getHold().getNote());
        assertEquals(2, look().history().value().orElseThrow().getTransitionsCount());
    }

    @Test
    void aDownOfTheServiceItselfBecomesAHold() {
        store.byOsLively(UP.toBuilder().setStatus(Status.DOWN).build());
        writer.down("u", Maintenance.of("")).join();
        assertTrue(look().stateIsCurrent());
        assertTrue(look().state().value().orElseThrow().hasHold());
        assertEquals(Reason.OPERATOR, reader.find("u").join().orElseThrow().reason());
    }

    @Test
    void aMaintenanceThatIsToComeLeavesItUpUntilThen() {
        own();
        Maintenance planned = Maintenance.of("planned").from(NOW.plusSeconds(60)).until(NOW.plusSeconds(120));
        ServiceRecord service = writer.down("u", planned).join();
        assertEquals(Liveness.UP, service.liveness());
        assertEquals(Optional.of(planned), service.maintenance());
        assertEquals(Reason.REGISTERED, service.reason());
        assertEquals(60_000, look().state().value().orElseThrow().getHold().getStart() - NOW.toEpochMilli());

        ServiceRecord lifted = writer.up("u").join();
        assertEquals(Optional.empty(), lifted.maintenance());
        assertEquals(Liveness.UP, lifted.liveness());
        assertFalse(look().state().value().orElseThrow().hasHold());
    }

    @Test
    void aMaintenanceThatIsToComeTellsThatTheServiceHasExpiredMeanwhile() {
        own();
        AtomicInteger commits = new AtomicInteger();
        ServiceWriter interrupted = new ServiceWriter(new ForwardingEtcd(store.etcd) {
            @Override
            public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
                CompletableFuture<Void> before = commits.incrementAndGet() == 2
                        ? CompletableFuture.runAsync(() -> store.delete(store.layout.up("u")))
                        : CompletableFuture.completedFuture(null);
                return before.thenCompose(done -> super.commit(transaction));
            }
        }, store.layout, new StoppedClock(NOW), "ops@desk");
        ServiceRecord planned = interrupted.down("u", Maintenance.of("planned").from(NOW.plusSeconds(60))).join();
        assertEquals(Liveness.EXPIRED, planned.liveness());
        assertEquals(planned, reader.find("u").join().orElseThrow());
    }

    @Test
    void aMaintenanceThatIsToComeOfWhatIsDownLeavesNoEntryUnderUp() {
        store.put(store.layout.service("u"), UP.toBuilder().setStatus(Status.DOWN).build().toByteString());
        store.put(store.layout.state("u"), State.newBuilder().setBy("owner").build().toByteString());
        store.put(store.layout.up("u"), ByteString.EMPTY);
        writer.down("u", Maintenance.of("planned").from(NOW.plusSeconds(60))).join();
        assertEquals(List.of("/services/by-status/DOWN/u"), store.server.keys("/services/by-status/"));
    }

    @Test
    void upLeavesItDownForItsOwner() {
        own();
        writer.down("u", Maintenance.of("disk").until(NOW.plusSeconds(60))).join();
        ServiceRecord lifted = writer.up("u").join();
        assertEquals(Liveness.DOWN, lifted.liveness());
        assertEquals(Optional.empty(), lifted.maintenance());
        assertTrue(look().stateIsCurrent());
        assertFalse(look().state().value().orElseThrow().hasHold());
        assertFalse(look().up().exists());
    }

    @Test
    void upOfWhatIsUpWritesNothing() {
        own();
        long before = store.revision();
        assertEquals(Liveness.UP, writer.up("u").join().liveness());
        assertEquals(before, store.revision());
    }

    @Test
    void upOfWhatNobodyHoldsWritesNothing() {
        own();
        writer.down("u", Maintenance.of("")).join();
        writer.up("u").join();
        long before = store.revision();
        assertEquals(Liveness.DOWN, writer.up("u").join().liveness());
        assertEquals(before, store.revision());
    }

    @Test
    void deleteLeavesNothing() {
        own();
        assertTrue(writer.delete("u").join().isPresent());
        assertEquals(List.of(), store.server.keys("/"));
        assertFalse(writer.delete("u").join().isPresent());
    }

    @Test
    void deleteLeavesWhatOthersHave() {
        own();
        store.put(store.layout.typeHost("type", "host"), ByteString.copyFromUtf8("thief"));
        assertTrue(writer.delete("u").join().isPresent());
        assertEquals(List.of("/services/by-type-host/type/host"), store.server.keys("/"));
    }

    @Test
    void garbageCanBeDeleted() {
        store.put(store.layout.service("u"), ByteString.copyFromUtf8("\u0001garbage"));
        assertTrue(writer.delete("u").join().isPresent());
        assertEquals(List.of(), store.server.keys("/"));
    }

    @Test
    void anUnknownServiceIsSaidToBeSo() {
        for (CompletableFuture<?> call : List.of(writer.down("u", Maintenance.of("")), writer.up("u"))) {
            UnknownServiceException unknown = assertInstanceOf(UnknownServiceException.class,
                    assertThrows(CompletionException.class, call::join).getCause());
            assertEquals("u", unknown.uuid());
        }
        assertEquals(List.of(), store.server.keys("/"));
    }

    @Test
    void aMaintenanceThatCannotBeIsRefusedBeforeAnythingIsWritten() {
        own();
        long before = store.revision();
        refused("end", Maintenance.of("").from(NOW.plusSeconds(2)).until(NOW.plusSeconds(1)));
        refused("end", Maintenance.of("").from(NOW.plusSeconds(2)).until(NOW.plusSeconds(2).plusMillis(1)));
        refused("end", Maintenance.of("").until(NOW));
        refused("end", Maintenance.of("").until(Instant.MAX));
        refused("start", Maintenance.of("").from(Instant.MIN));
        refused("note", Maintenance.of("x".repeat(5000)));
        assertEquals(before, store.revision());
    }

    @Test
    void manyAtOnceLoseNothing() {
        own();
        List<CompletableFuture<ServiceRecord>> writes = IntStream.range(0, 6)
                .mapToObj(i -> writer.down("u", Maintenance.of("n" + i))).toList();
        writes.forEach(CompletableFuture::join);
        assertEquals(7, look().history().value().orElseThrow().getTransitionsCount(), "one after the other, none lost");
    }

    @Test
    void whatWasReadBeforeAPauseIsReadAgain() {
        own();
        ServiceWriter disturbed = new ServiceWriter(disturbed(), store.layout, new StoppedClock(NOW), "ops@desk");
        assertEquals(Liveness.DOWN, disturbed.down("u", Maintenance.of("disk")).join().liveness());
        assertTrue(new ServiceWriter(disturbed(), store.layout, new StoppedClock(NOW), "ops@desk").delete("u").join()
                .isPresent());
    }

    /**
     * An etcd in which somebody rewrites the record after the first time that it is read, and after every write that
     * fails.
     */
    private static Etcd disturbed() {
        AtomicBoolean read = new AtomicBoolean();
        Transaction rewrite = new Transaction(List.of(),
                List.of(new Transaction.Put(store.layout.service("u"), UP.toByteString(), 0)), List.of());
        return (Etcd) Proxy.newProxyInstance(Etcd.class.getClassLoader(), new Class<?>[] { Etcd.class },
                (proxy, method, arguments) -> store.etcd.commit((Transaction) arguments[0])
                        .thenCompose(result -> read.getAndSet(true) && result.succeeded()
                                ? CompletableFuture.completedFuture(result)
                                : store.etcd.commit(rewrite).thenApply(done -> result)));
    }

    @Test
    void whoRewritesAKeyThatVanishesWithALeaseLeavesItThere() {
        long lease = store.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        store.put(store.layout.service("u"), UP.toByteString(), lease);
        writer.down("u", Maintenance.of("")).join();
        assertEquals(lease, look().service().lease());
        assertEquals(lease, look().state().lease());
    }

    private void refused(String field, Maintenance maintenance) {
        assertEquals(field, assertThrows(InvalidServiceException.class, () -> writer.down("u", maintenance)).field());
    }

    private void own() {
        long lease = store.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        State registered = State.newBuilder().setReasonValue(1).setBy("owner").setSince(1).build();
        assertTrue(
                store.etcd
                        .commit(owner.register(ServiceKeys.ABSENT, Neighbours.NONE, OWNER, lease, Status.UP, registered)
                                .transaction())
                        .join().succeeded());
    }

    private ServiceKeys look() {
        return owner.seen(store.etcd.commit(owner.look()).join());
    }

    @Test
    void aMaintenanceThatIsToComeDoesNotLiftADown() {
        own();
        writer.down("u", Maintenance.of("broken")).join();
        CompletionException refusal = assertThrows(CompletionException.class,
                () -> writer.down("u", Maintenance.of("planned").from(NOW.plusSeconds(60))).join());
        assertEquals("start", ((InvalidServiceException) refusal.getCause()).field());
        assertEquals(Liveness.DOWN, reader.find("u").join().orElseThrow().liveness());
        assertTrue(look().state().value().orElseThrow().hasHold());
        assertThrows(InvalidServiceException.class, () -> writer.down("u", Maintenance.of("half \ud83d")));
    }
}
