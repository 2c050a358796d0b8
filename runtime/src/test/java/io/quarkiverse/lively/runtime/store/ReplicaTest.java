package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** What changes of keys mean for services. */
class ReplicaTest {

    private static final State OPERATOR = State.newBuilder()
            .setReason(io.quarkiverse.lively.runtime.store.proto.Reason.OPERATOR).setSince(5_000).build();

    private final KeyLayout layout = new KeyLayout("");
    private final Replica replica = new Replica(layout);

    @Test
    void whatIsKnownAlreadyIsDropped() {
        replica.replace(new RegistrySnapshot(List.of(entry(layout.service("u"), service(Status.DOWN), 9)), 10));
        assertEquals(List.of(), replica.apply(List.of(put(layout.service("u"), service(Status.UP), 8), deleted("u", 10))));
        assertEquals(10, replica.cursor());
        assertEquals(1, replica.apply(List.of(deleted("u", 10), deleted("u", 11))).size());
        assertEquals(11, replica.cursor());
    }

    @Test
    void eachRevisionIsAChangeOfItsOwnAndWhole() {
        List<RegistryChanges> changes = replica.apply(List.of(put(layout.service("u"), service(Status.UP), 5),
                put(layout.up("u"), ByteString.EMPTY, 5), put(layout.typeHost("type", "host"), text("u"), 5),
                put(layout.region("r", "u"), ByteString.EMPTY, 6), deletedUp("u", 7)));
        assertEquals(List.of(5L, 6L, 7L), changes.stream().map(RegistryChanges::revision).toList());
        assertEquals(Liveness.UP, only(changes.get(0)).current().orElseThrow().liveness());
        assertEquals(List.of(new NameChange("type", "host", Optional.of("u"))), changes.get(0).names());
        assertEquals(List.of(), changes.get(1).services(), "a region only indexes");
        assertEquals(Liveness.EXPIRED, only(changes.get(2)).current().orElseThrow().liveness());
        assertEquals(7, replica.cursor());
    }

    @Test
    void aDeletionIsNeverReadAsARecord() {
        replica.apply(List.of(put(layout.service("u"), service(Status.DOWN), 5)));
        // It has no value, which would be a service without a name that is UP.
        assertEquals(Optional.empty(), only(replica.apply(List.of(deleted("u", 6))).get(0)).current());
    }

    @Test
    void reasons() {
        // With a state: what it says.
        ServiceChange said = change(put(layout.service("u"), service(Status.DOWN), 5), put(layout.state("u"), OPERATOR, 5));
        assertEquals(Reason.OPERATOR, said.reason());
        assertEquals(Optional.of(Instant.ofEpochSecond(5)), said.current().orElseThrow().since());
        // Without: nobody said.
        ServiceChange unsaid = change(put(layout.service("u"), service(Status.UP), 6),
                put(layout.up("u"), ByteString.EMPTY, 6));
        assertEquals(Reason.UNKNOWN, unsaid.reason());
        assertEquals(Optional.empty(), unsaid.current().orElseThrow().since());
        // Only the entry of UP is gone.
        assertEquals(Reason.EXPIRED, change(deletedUp("u", 7)).reason());
        // A claim over another one, over its own, and over none.
        assertEquals(Reason.UNKNOWN, change(put(layout.service("u"), service(Status.UP), 8), claim("first", 8),
                put(layout.up("u"), ByteString.EMPTY, 8)).reason());
        assertEquals(Reason.TAKEOVER,
                change(put(layout.service("u"), service(Status.UP), 9), claim("second", 9)).reason());
        // DOWN, so that the reason is not that it expired.
        assertEquals(Reason.OPERATOR, change(put(layout.service("u"), service(Status.DOWN), 10), claim("second", 10),
                put(layout.state("u"), OPERATOR, 10)).reason());
        change(new Watch.Event(true, false, entry(layout.owner("u"), ByteString.EMPTY, 11)));
        assertEquals(Reason.UNKNOWN, change(put(layout.service("u"), service(Status.UP), 12), claim("third", 12)).reason());
    }

    @Test
    void aListTellsOfWhatIsGoneToo() {
        replica.apply(List.of(put(layout.service("gone"), service("gone", Status.UP), 5),
                put(layout.typeHost("type", "gone"), text("gone"), 5)));
        RegistryChanges list = replica
                .replace(new RegistrySnapshot(List.of(entry(layout.service("u"), service(Status.UP), 9)), 20));
        assertEquals(20, list.revision());
        assertEquals(Map.of("gone", false, "u", true), present(list));
        assertEquals(List.of(), list.names(), "whoever knew others forgets them");
    }

    @Test
    void theWitnessKnowsTheLastChangeAndTheNewestKey() {
        replica.apply(
                List.of(put(layout.service("u"), service(Status.UP), 5), put(layout.service("v"), service(Status.UP), 6)));
        replica.apply(List.of(deleted("u", 7)));
        Witness witness = replica.witness();
        KeyValue newest = entry(layout.service("v"), service(Status.UP), 6);
        assertEquals(7, witness.revision());
        Extent same = new Extent(1, 6);
        assertTrue(witness.agrees(answer(newest), same));
        assertFalse(witness.agrees(answer(), same), "the newest key is not there");
        assertFalse(witness.agrees(answer(newest, entry(layout.service("u"), service(Status.UP), 5)), same), "it was deleted");
        assertFalse(witness.agrees(answer(entry(layout.service("v"), service(Status.DOWN), 6)), same), "it was another value");
        assertFalse(witness.agrees(answer(entry(layout.service("v"), service(Status.UP), 5)), same), "it was written later");
        assertFalse(witness.agrees(answer(newest), new Extent(2, 6)), "there was another key");
        assertFalse(witness.agrees(answer(newest), new Extent(1, 7)), "another key was newer");
    }

    @Test
    void theExtentCountsEveryKey() {
        assertEquals(new Extent(0, 0), replica.extent());
        replica.replace(new RegistrySnapshot(List.of(entry(layout.service("u"), service(Status.UP), 3),
                entry(layout.region("r", "u"), ByteString.EMPTY, 4)), 10));
        assertEquals(new Extent(2, 4), replica.extent(), "also those that only index");
        replica.apply(List.of(put(layout.down("u"), ByteString.EMPTY, 11), deleted("u", 11)));
        assertEquals(new Extent(2, 11), replica.extent());
    }

    @Test
    void theNewestKeyMayBeForgottenButIsNeverTakenForAnother() {
        replica.apply(List.of(put(layout.service("u"), service(Status.UP), 5)));
        for (int i = 0; i < 40; i++) {
            replica.apply(List.of(put(layout.region("r", "u" + i), ByteString.EMPTY, 10 + i)));
        }
        assertEquals(new Extent(41, 49), replica.extent());
        for (int i = 39; i >= 10; i--) {
            replica.apply(List.of(new Watch.Event(true, false, entry(layout.region("r", "u" + i), ByteString.EMPTY, 100 - i))));
        }
        assertEquals(new Extent(11, 19), replica.extent());
        for (int i = 9; i >= 8; i--) {
            replica.apply(List.of(new Watch.Event(true, false, entry(layout.region("r", "u" + i), ByteString.EMPTY, 100 - i))));
        }
        assertEquals(new Extent(9, Extent.UNKNOWN), replica.extent());
        assertFalse(replica.witness().agrees(answer(), new Extent(9, 17)));
        replica.apply(List.of(put(layout.up("u"), ByteString.EMPTY, 200)));
        assertEquals(new Extent(10, 200), replica.extent());
    }

    @Test
    void itGoesAsFarAsARegistryInWhichNothingIsNewerAndNothingIsGone() {
        replica.replace(new RegistrySnapshot(List.of(entry(layout.service("u"), service(Status.UP), 3)), 10));
        assertTrue(replica.goesAsFarAs(new Extent(1, 3)));
        assertFalse(replica.goesAsFarAs(new Extent(1, 11)), "one was put");
        assertFalse(replica.goesAsFarAs(new Extent(0, 0)), "one is gone");
        assertFalse(replica.goesAsFarAs(new Extent(2, 11)), "another one came");
    }

    @Test
    void whatOtherKeysSaidIsRememberedWhileTheRecordCannotTell() {
        // A claim, before there is a record.
        assertEquals(Optional.empty(), change(claim("first", 5)).current());
        assertTrue(change(put(layout.service("u"), service(Status.UP), 6), put(layout.up("u"), ByteString.EMPTY, 6),
                put(layout.state("u"), OPERATOR, 6)).current().orElseThrow().owned());
        // A state, while nobody is up.
        assertEquals(Optional.empty(), change(deletedUp("u", 7)).current().orElseThrow().since());
        ServiceRecord back = change(put(layout.up("u"), ByteString.EMPTY, 8)).current().orElseThrow();
        assertEquals(Reason.OPERATOR, back.reason());
        assertEquals(Optional.of(Instant.ofEpochSecond(5)), back.since());
        // One that is older than the record says nothing of it.
        assertEquals(Optional.empty(), change(put(layout.service("u"), service(Status.UP), 9)).current().orElseThrow().since());
    }

    /** Readers share it: of a hundred thousand, each list would otherwise make another one. */
    @Test
    void aListThatSaysNothingNewKeepsTheRecords() {
        ServiceRecord first = only(replica.replace(listOf(9))).current().orElseThrow();
        assertSame(first, only(replica.replace(listOf(20))).current().orElseThrow());
    }

    @Test
    void aNameThatManyServicesHaveIsKeptOnceUntilThereAreTooManyNames() {
        String type = type("first", "type", 5);
        assertSame(type, type("second", "type", 6));
        // Of those that come and go with a type of their own each.
        for (int i = 0; i < 10_000; i++) {
            type("u" + i, "type" + i, 10 + i);
        }
        assertNotSame(type, type("third", "type", 20_000), "it was not forgotten");
    }

    /** What cannot be read is still somebody's, who has put it under a lease. */
    @Test
    void aClaimOverOneThatCannotBeReadIsATakeover() {
        change(put(layout.service("u"), service(Status.UP), 5), put(layout.up("u"), ByteString.EMPTY, 5),
                unreadableClaim(7, 5));
        assertEquals(Reason.TAKEOVER, change(put(layout.service("u"), service(Status.UP), 6), claim("second", 6)).reason());
        assertEquals(Reason.TAKEOVER, change(put(layout.service("u"), service(Status.UP), 7), unreadableClaim(7, 7)).reason());
        assertEquals(Reason.UNKNOWN, change(put(layout.service("u"), service(Status.UP), 8), unreadableClaim(0, 8)).reason());
        assertEquals(Reason.UNKNOWN, change(put(layout.service("u"), service(Status.UP), 9), claim("third", 9)).reason(),
                "without a lease it is nobody's");
    }

    /** The state of the takeover is still that of the service. */
    @Test
    void aClaimThatOnlySaysSomethingNewIsNoTakeover() {
        change(put(layout.service("u"), service(Status.UP), 5), put(layout.up("u"), ByteString.EMPTY, 5), claim("first", 5));
        State said = State.newBuilder().setReason(io.quarkiverse.lively.runtime.store.proto.Reason.TAKEOVER).setSince(1)
                .build();
        assertEquals(Reason.TAKEOVER, change(put(layout.service("u"), service(Status.UP), 6), claim("second", 6),
                put(layout.state("u"), said.toByteString(), 6)).reason());
        ServiceChange change = change(put(layout.owner("u"), Claim.newBuilder().setIncarnation("second").setToken(6)
                .putMetadata("zone", "b").build().toByteString(), 7));
        assertEquals(Reason.UNKNOWN, change.reason());
        assertEquals(Map.of("zone", "b"), change.current().orElseThrow().metadata());
        assertEquals(Reason.TAKEOVER, change.current().orElseThrow().reason());
    }

    private RegistrySnapshot listOf(long revision) {
        return new RegistrySnapshot(List.of(entry(layout.service("u"), service(Status.UP), 9)), revision);
    }

    private String type(String uuid, String type, long revision) {
        ByteString record = Service.newBuilder().setUuid(uuid).setType(type).setHost("host").build().toByteString();
        return change(put(layout.service(uuid), record, revision)).current().orElseThrow().type();
    }

    private Watch.Event unreadableClaim(long lease, long revision) {
        return new Watch.Event(false, true,
                new KeyValue(layout.owner("u"), ByteString.copyFrom(new byte[] { (byte) 0xff }), revision, lease));
    }

    private ServiceChange change(Watch.Event... events) {
        return only(replica.apply(Arrays.asList(events)).get(0));
    }

    private static ServiceChange only(RegistryChanges changes) {
        assertEquals(1, changes.services().size());
        return changes.services().get(0);
    }

    private static Map<String, Boolean> present(RegistryChanges changes) {
        Map<String, Boolean> present = new HashMap<>();
        changes.services().forEach(change -> present.put(change.uuid(), change.current().isPresent()));
        return present;
    }

    private static Transaction.Result answer(KeyValue... entries) {
        Map<ByteString, KeyValue> found = new HashMap<>();
        for (KeyValue entry : entries) {
            found.put(entry.key(), entry);
        }
        return new Transaction.Result(true, 100, found);
    }

    private Watch.Event claim(String incarnation, long revision) {
        return put(layout.owner("u"), Claim.newBuilder().setIncarnation(incarnation).build().toByteString(), revision);
    }

    private Watch.Event deleted(String uuid, long revision) {
        return new Watch.Event(true, false, entry(layout.service(uuid), ByteString.EMPTY, revision));
    }

    private Watch.Event deletedUp(String uuid, long revision) {
        return new Watch.Event(true, false, entry(layout.up(uuid), ByteString.EMPTY, revision));
    }

    private static Watch.Event put(ByteString key, State value, long revision) {
        return put(key, value.toByteString(), revision);
    }

    private static Watch.Event put(ByteString key, ByteString value, long revision) {
        return new Watch.Event(false, true, entry(key, value, revision));
    }

    private static KeyValue entry(ByteString key, ByteString value, long revision) {
        return new KeyValue(key, value, revision, 0);
    }

    private static ByteString service(Status status) {
        return service("u", status);
    }

    private static ByteString service(String uuid, Status status) {
        return Service.newBuilder().setUuid(uuid).setType("type").setHost("host").setStatus(status).build().toByteString();
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
