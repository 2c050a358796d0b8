package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** Each write does in etcd what it says of itself, or nothing. */
class OwnerWritesTest {

    private static final Claim CLAIM = Claim.newBuilder().setIncarnation("me").putMetadata("zone", "a").putMetadata("b", "c")
            .build();
    private static final State REGISTERED = State.newBuilder().setReason(Reason.REGISTERED).setSince(1).setBy("me").build();
    private static final State STOPPED = State.newBuilder().setReason(Reason.SHUTDOWN).setSince(2).setBy("me").build();

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final KeyLayout layout = new KeyLayout("ns");
    private final OwnerWrites writes = new OwnerWrites(layout, new ServiceIdentity("u", "type", "host", "east"), false);
    private long lease;

    @BeforeEach
    void grant() {
        lease = store.etcd.grantLease(Duration.ofSeconds(60)).join().id();
    }

    @Test
    void aNewServiceIsRegisteredAtOnce() {
        ServiceKeys keys = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        assertEquals(lease, keys.up().lease());
        assertEquals(lease, keys.owner().lease());
        assertEquals(0, keys.service().lease() + keys.state().lease() + keys.history().lease() + keys.typeHost().lease()
                + keys.region().lease());
        assertEquals(Status.UP, keys.service().value().orElseThrow().getStatus());
        assertEquals(1, keys.history().value().orElseThrow().getTransitionsCount());
    }

    @Test
    void aServiceThatIsThereIsNotTakenForNew() {
        ServiceKeys keys = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        Transaction.Result lost = store.etcd
                .commit(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED).transaction())
                .join();
        assertFalse(lost.succeeded());
        assertEquals(keys, writes.seen(lost), "and all that decides was read");
    }

    /** Its history is to say of that end. */
    @Test
    void aServiceThatExpiresBeforeTheClaimIsReadAgain() {
        put(layout.service("u"), Service.newBuilder().setUuid("u").setType("type").setHost("host").build().toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        ServiceKeys seen = look();
        store.server.keys().delete(layout.up("u").toStringUtf8());
        assertFalse(store.etcd.commit(writes.register(seen, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED).transaction())
                .join().succeeded());
    }

    @Test
    void aServiceThatMovesTakesItsEntriesAlong() {
        OwnerWrites former = new OwnerWrites(layout, new ServiceIdentity("u", "type", "formerhost", "west"), false);
        done(former, former.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        ServiceKeys seen = look();
        assertTrue(writes.hasNeighbours(seen));
        Neighbours neighbours = writes.neighbours(seen, store.etcd.commit(writes.lookAtNeighbours(seen)).join());
        done(writes.register(seen, neighbours, CLAIM, lease, Status.UP, REGISTERED));
        assertEquals(List.of("/ns/services/by-region/east/u"), store.server.keys("/ns/services/by-region/"));
        assertEquals(List.of("/ns/services/by-type-host/type/host"), store.server.keys("/ns/services/by-type-host/"));
    }

    @Test
    void aDeadRivalGoesInTheSameTransaction() {
        OwnerWrites rival = new OwnerWrites(layout, new ServiceIdentity("x", "type", "host", "west"), false);
        Claim other = CLAIM.toBuilder().setIncarnation("other").build();
        ServiceKeys dead = done(rival,
                rival.register(ServiceKeys.ABSENT, Neighbours.NONE, other, lease, Status.UP, REGISTERED));
        done(rival, rival.stop(dead, STOPPED));
        ServiceKeys seen = look();
        Neighbours neighbours = writes.neighbours(seen, store.etcd.commit(writes.lookAtNeighbours(seen)).join());
        assertEquals("x", neighbours.rival().orElseThrow());
        done(writes.register(seen, neighbours, CLAIM, lease, Status.UP, REGISTERED));
        assertTrue(store.server.keys("/ns").stream().allMatch(key -> key.endsWith("/u") || key.endsWith("/type/host")),
                store.server.keys("/ns").toString());
    }

    @Test
    void aRivalThatIsBackAtTheLastMomentStays() {
        OwnerWrites rival = new OwnerWrites(layout, new ServiceIdentity("x", "type", "host", "west"), false);
        Claim other = CLAIM.toBuilder().setIncarnation("other").build();
        ServiceKeys dead = done(rival,
                rival.register(ServiceKeys.ABSENT, Neighbours.NONE, other, lease, Status.UP, REGISTERED));
        dead = done(rival, rival.stop(dead, STOPPED));
        ServiceKeys seen = look();
        Neighbours neighbours = writes.neighbours(seen, store.etcd.commit(writes.lookAtNeighbours(seen)).join());
        done(rival, rival.register(dead, Neighbours.NONE, other, lease, Status.UP, REGISTERED));
        assertFalse(
                store.etcd.commit(writes.register(seen, neighbours, CLAIM, lease, Status.UP, REGISTERED).transaction()).join()
                        .succeeded());
    }

    @Test
    void aHeldServiceIsClaimedAndNothingOfItChanges() {
        Service down = Service.newBuilder().setUuid("u").setType("type").setHost("host").setRegion("east")
                .setStatus(Status.DOWN).setMaintenanceNote("disk").build();
        put(layout.service("u"), down.toByteString());
        put(layout.up("u"), ByteString.EMPTY);
        ServiceKeys keys = done(writes.claimHeld(look(), CLAIM, lease, STOPPED));
        assertEquals(down, keys.service().value().orElseThrow());
        assertFalse(keys.up().exists());
        assertFalse(keys.state().exists());
        assertTrue(keys.typeHost().exists() && keys.region().exists());
    }

    @Test
    void aHoldThatBeginsTakesTheServiceDown() {
        ServiceKeys up = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        State held = State.newBuilder().setReason(Reason.MAINTENANCE).setSince(3).setHold(Hold.newBuilder().setBy("op"))
                .build();
        ServiceKeys keys = done(writes.claimHeld(up, CLAIM, lease, held));
        assertEquals(Status.DOWN, keys.service().value().orElseThrow().getStatus());
        assertEquals(held, keys.state().value().orElseThrow());
        assertEquals(List.of("/ns/services/by-status/DOWN/u"), store.server.keys("/ns/services/by-status/"));
    }

    @Test
    void aForeignRewriteIsAdopted() {
        done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        put(layout.service("u"), look().service().value().orElseThrow().toByteString());
        ServiceKeys seen = look();
        assertFalse(seen.stateIsCurrent());
        ServiceKeys keys = done(writes.adopt(seen, lease, REGISTERED));
        assertTrue(keys.stateIsCurrent());
        assertEquals(seen.service(), keys.service());
        assertEquals(2, keys.history().value().orElseThrow().getTransitionsCount());
    }

    @Test
    void entriesThatAreMissingArePut() {
        done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        store.server.keys().delete(layout.typeHost("type", "host").toStringUtf8());
        store.server.keys().delete(layout.region("east", "u").toStringUtf8());
        ServiceKeys keys = done(writes.putMissingEntries(look(), lease));
        assertFalse(writes.entriesAreMissing(keys));
    }

    @Test
    void aStopLeavesTheRecordDownAndNoClaim() {
        ServiceKeys up = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        ServiceKeys keys = done(writes.stop(up, STOPPED));
        assertEquals(Status.DOWN, keys.service().value().orElseThrow().getStatus());
        assertFalse(keys.owner().exists() || keys.up().exists());
        assertEquals(List.of("/ns/services/by-status/DOWN/u"), store.server.keys("/ns/services/by-status/"));
    }

    @Test
    void aStopOfWhatIsDownOnlyGivesTheClaimUp() {
        ServiceKeys up = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        ServiceKeys down = done(writes.publish(up, lease, Status.DOWN,
                State.newBuilder().setReason(Reason.HEALTH).setSince(2).setBy("me").build()));
        ServiceKeys keys = done(writes.stop(down, STOPPED));
        assertFalse(keys.owner().exists());
        assertEquals(List.of(down.service(), down.state(), down.history()),
                List.of(keys.service(), keys.state(), keys.history()));
    }

    @Test
    void aStopOfWhatIsGoneOnlyGivesTheClaimUp() {
        done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        store.server.keys().delete(layout.service("u").toStringUtf8());
        ServiceKeys keys = done(writes.stop(look(), STOPPED));
        assertFalse(keys.service().exists() || keys.owner().exists() || keys.up().exists());
    }

    @Test
    void theHistoryKeepsTheLastThirtyTwo() {
        ServiceKeys keys = ServiceKeys.ABSENT;
        for (int i = 0; i < 40; i++) {
            keys = done(writes.register(keys, Neighbours.NONE, CLAIM, lease, Status.UP,
                    REGISTERED.toBuilder().setSince(i).build()));
        }
        assertEquals(32, keys.history().value().orElseThrow().getTransitionsCount());
        assertEquals(8, keys.history().value().orElseThrow().getTransitions(0).getSince());
    }

    @Test
    void anotherClaimWithTheSameRevisionIsNotMistakenForOurs() {
        ServiceKeys ours = done(writes.register(ServiceKeys.ABSENT, Neighbours.NONE, CLAIM, lease, Status.UP, REGISTERED));
        ServiceKeys other = new ServiceKeys(ours.service(), ours.up(),
                Entry.of(CLAIM.toBuilder().setIncarnation("other").build(),
                        ours.owner().modRevision(), lease),
                ours.state(), ours.history(), ours.typeHost(), ours.region());
        assertFalse(store.etcd.commit(writes.stop(other, STOPPED).transaction()).join().succeeded());
    }

    private ServiceKeys done(GuardedWrite write) {
        return done(writes, write);
    }

    /** Does it, and holds what it says of the keys against what they hold. */
    private static ServiceKeys done(OwnerWrites of, GuardedWrite write) {
        Transaction.Result result = store.etcd.commit(write.transaction()).join();
        assertTrue(result.succeeded());
        ServiceKeys found = of.seen(store.etcd.commit(of.look()).join());
        assertEquals(found, write.then().apply(result.revision()));
        return found;
    }

    private ServiceKeys look() {
        return writes.seen(store.etcd.commit(writes.look()).join());
    }

    private static void put(ByteString key, ByteString value) {
        store.etcd.commit(new Transaction(List.of(), List.of(new Transaction.Put(key, value, 0)), List.of())).join();
    }
}
