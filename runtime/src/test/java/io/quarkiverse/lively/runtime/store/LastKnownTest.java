package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.StoppedClock;

/** Where a service was, and what its process said of itself, can be read when no process keeps it alive any more. */
class LastKnownTest {

    private static final Claim CLAIM = Claim.newBuilder().setIncarnation("i").setAddress("10.0.0.1").setPort(8080)
            .putMetadata("zone", "a").build();
    private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 8080, false);
    private static final State SAID = State.newBuilder().setReason(Reason.REGISTERED).setSince(1).setBy("i").build();

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final KeyLayout layout = store.layout;
    private final ServiceReader reader = new ServiceReader(store.etcd, layout, Runnable::run);
    private final ServiceWriter writer = new ServiceWriter(store.etcd, layout,
            new StoppedClock(Instant.parse("2030-01-01T00:00:00Z")), "ops@desk");
    private final ServiceUpdater updater = new ServiceUpdater(store.etcd, layout, Duration.ofSeconds(60), writer);
    private long lease;

    @Test
    void afterACrash() {
        register(owner("u", false, true), CLAIM);
        assertTrue(find().owned());
        crash();
        ServiceRecord crashed = find();
        assertFalse(crashed.owned());
        assertEquals(Liveness.EXPIRED, crashed.liveness());
        assertEquals(Optional.of(ENDPOINT), crashed.endpoint());
        assertEquals(Map.of("zone", "a"), crashed.metadata());
        assertEquals(crashed, reader.find("type", "host").join().orElseThrow());
    }

    @Test
    void afterAStop() {
        OwnerWrites owner = owner("u", false, true);
        register(owner, CLAIM);
        commit(owner.stop(look(owner), SAID));
        assertEquals(Liveness.DOWN, find().liveness());
        assertEquals(Optional.of(ENDPOINT), find().endpoint());
    }

    @Test
    void theOnesThatTheClaimHadLast() {
        OwnerWrites owner = owner("u", false, true);
        register(owner, CLAIM);
        commit(owner.rewriteClaim(look(owner), CLAIM.toBuilder().putMetadata("zone", "b").build(), lease));
        crash();
        assertEquals(Map.of("zone", "b"), find().metadata());
    }

    @Test
    void theClaimOfALivingProcessCounts() {
        register(owner("u", false, true), CLAIM);
        store.put(layout.last("u"), CLAIM.toBuilder().setPort(1).build().toByteString());
        assertEquals(Optional.of(ENDPOINT), find().endpoint());
    }

    /** Its claim has the token that it keeps; what outlives it has none. */
    @Test
    void theTokenDoesNotOutliveTheClaim() throws Exception {
        OwnerWrites owner = owner("u", false, true);
        register(owner, CLAIM);
        commit(owner.rewriteClaim(look(owner), CLAIM.toBuilder().putMetadata("zone", "b").build(), lease));
        assertTrue(look(owner).owner().value().orElseThrow().getToken() > 0);
        assertEquals(0, Claim.parseFrom(raw(layout.last("u")).orElseThrow()).getToken());
    }

    @Test
    void listsHaveThemOnRequest() {
        register(owner("u", false, true), CLAIM);
        crash();
        for (ServiceQuery query : List.of(ServiceQuery.all(), ServiceQuery.ofUuids("u"))) {
            assertEquals(List.of(Optional.empty()), reader.list(query).join().stream().map(ServiceRecord::endpoint).toList());
            assertEquals(List.of(Optional.of(ENDPOINT)),
                    reader.list(query, true).join().stream().map(ServiceRecord::endpoint).toList());
        }
    }

    /** A transaction takes 128 operations. */
    @Test
    void ofMoreServicesThanATransactionTakes() {
        List<String> uuids = IntStream.range(0, 60).mapToObj(i -> String.format("u%02d", i)).toList();
        uuids.forEach(uuid -> {
            store.put(layout.service(uuid), io.quarkiverse.lively.runtime.store.proto.Service.newBuilder().setUuid(uuid)
                    .setType("type").setHost(uuid).build().toByteString());
            store.put(layout.last(uuid), CLAIM.toByteString());
        });
        List<ServiceRecord> found = reader.list(ServiceQuery.ofUuids(uuids.toArray(String[]::new)), true).join();
        assertEquals(60, found.stream().filter(service -> service.endpoint().equals(Optional.of(ENDPOINT))).count());
    }

    @Test
    void aDeletedServiceLeavesNothing() {
        register(owner("u", false, true), CLAIM);
        crash();
        writer.delete("u").join();
        assertEquals(List.of(), keys());
    }

    @Test
    void aServiceWhoseNameIsTakenLeavesNothing() {
        register(owner("u", false, true), CLAIM);
        crash();
        OwnerWrites other = owner("v", false, true);
        register(other, CLAIM.toBuilder().setIncarnation("j").build());
        assertEquals(List.of(), keys().stream().filter(key -> key.endsWith("/u")).toList());
        assertTrue(raw(layout.last("v")).isPresent());
    }

    @Test
    void anEphemeralServiceLeavesNothing() {
        register(owner("u", false, true), CLAIM);
        crash();
        OwnerWrites ephemeral = owner("u", true, true);
        register(ephemeral, CLAIM);
        assertTrue(raw(layout.last("u")).isEmpty(), "nor what was there before");
        crash();
        assertEquals(List.of(), keys());
    }

    @Test
    void withPersistMetadataFalseNoneAreKeptAndFormerOnesGo() {
        register(owner("u", false, true), CLAIM);
        crash();
        register(owner("u", false, false), CLAIM);
        assertEquals(Optional.of(ENDPOINT), find().endpoint());
        crash();
        assertEquals(Optional.empty(), find().endpoint());
        assertTrue(raw(layout.last("u")).isEmpty());
    }

    /** What was read can be written again. Other values would be ignored, and are refused. */
    @Test
    void aRecordWithThemCanBeUpdated() {
        register(owner("u", false, true), CLAIM);
        crash();
        ServiceRecord down = updater
                .update(find().toDefinition().withStatus(io.quarkiverse.lively.Status.DOWN), find().revision()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        ServiceRecord read = find();
        InvalidServiceException refused = (InvalidServiceException) assertThrows(CompletionException.class,
                () -> updater.update(read.toDefinition().withMetadata(Map.of("zone", "c")), read.revision()).join()).getCause();
        assertEquals("metadata", refused.field());
        assertTrue(refused.getMessage().contains("Read the service again"), refused.getMessage());
    }

    @Test
    void whatCannotBeReadIsNone() {
        register(owner("u", false, true), CLAIM);
        crash();
        store.put(layout.last("u"), ByteString.copyFromUtf8("\u0001garbage"));
        assertEquals(Optional.empty(), find().endpoint());
        assertEquals(1, layout.skipped().count());
    }

    private OwnerWrites owner(String uuid, boolean ephemeral, boolean keepsLast) {
        return new OwnerWrites(layout, new ServiceIdentity(uuid, "type", "host", "region"), ephemeral, keepsLast);
    }

    private void register(OwnerWrites owner, Claim claim) {
        lease = store.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        ServiceKeys seen = look(owner);
        Neighbours neighbours = owner.hasNeighbours(seen)
                ? owner.neighbours(seen, store.etcd.commit(owner.lookAtNeighbours(seen)).join())
                : Neighbours.NONE;
        commit(owner.register(seen, neighbours, claim, lease, Status.UP, SAID));
    }

    private void crash() {
        store.etcd.revokeLease(lease).join();
    }

    private ServiceKeys look(OwnerWrites owner) {
        return owner.seen(store.etcd.commit(owner.look()).join());
    }

    private void commit(GuardedWrite write) {
        assertTrue(store.etcd.commit(write.transaction()).join().succeeded());
    }

    private ServiceRecord find() {
        return reader.find("u").join().orElseThrow();
    }

    private Optional<ByteString> raw(ByteString key) {
        return store.etcd.commit(Transaction.read(List.of(key))).join().get(key).map(entry -> entry.value());
    }

    private static List<String> keys() {
        return store.server.keys().all("/services/");
    }
}
