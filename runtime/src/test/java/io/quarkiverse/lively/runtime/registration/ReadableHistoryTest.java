package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * A history can be read: who, and why in the words of an operator; one row for each act; and an end that nobody has written.
 */
class ReadableHistoryTest {

    private final Scene scene = Scene.registered();

    @Test
    void aProcessIsNamedByItsApplicationAndItsStart() {
        assertEquals(List.of("REGISTERED by inventory@host1 (" + incarnation().substring(0, 8) + ")"), rows());
        assertEquals(incarnation(), scene.said().getBy(), "what is decided by it stays exact");
    }

    @Test
    void aFurtherServiceIsNamedByItsApplication() {
        scene.registrar.register(ServiceDefinition.of("queue", "q1").withUuid("q"));
        assertTrue(history("q").get(0).by().startsWith("inventory@host1 ("), history("q").toString());
    }

    @Test
    void aMaintenanceHasItsNoteAndItsAuthor() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("Failed disk"));
        scene.seconds(1);
        assertEquals(List.of("MAINTENANCE by operator: Failed disk", own("REGISTERED")),
                rows());
        scene.operator().up(Scene.ID.uuid());
        scene.seconds(1);
        assertEquals(List.of("OPERATOR by operator", "MAINTENANCE by operator: Failed disk", own("REGISTERED")), rows());
        assertEquals(io.quarkiverse.lively.Status.UP, history(Scene.ID.uuid()).get(0).status(), "lifting it is one row");
    }

    /** The process is away: that it is back is another act. */
    @Test
    void aLiftBeforeTheProcessIsBackHasARowOfItsOwn() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("Failed disk"));
        scene.seconds(1);
        crash();
        scene.operator().up(Scene.ID.uuid());
        scene.start(scene.process(Scene.ID));
        assertEquals(List.of(own("REGISTERED"), "OPERATOR by operator", "MAINTENANCE by operator"),
                shortRows().subList(0, 3));
    }

    /** A write of a service that no process keeps alive is another act as well. */
    @Test
    void anUpdateAfterALiftHasARowOfItsOwn() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("Failed disk"));
        scene.operator().up(Scene.ID.uuid());
        ServiceRecord read = reader().find(Scene.ID.uuid()).join().orElseThrow();
        new ServiceUpdater(scene.etcd, scene.layout, Scene.TTL, scene.operator())
                .update(read.toDefinition().withStatus(io.quarkiverse.lively.Status.UP), read.revision()).join();
        assertEquals(List.of("REGISTERED by operator", "OPERATOR by operator", "MAINTENANCE by operator"),
                shortRows().subList(0, 3));
    }

    /** What the process says of itself is no part of the lift. */
    @Test
    void aLiftOfAServiceThatIsNotReadyIsARowOfItsOwn() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("Failed disk"));
        scene.seconds(1);
        scene.registrar.notReady("x");
        scene.operator().up(Scene.ID.uuid());
        scene.seconds(1);
        assertEquals(List.of(own("HEALTH"), "OPERATOR by operator"), shortRows().subList(0, 2));
        scene.registrar.ready();
        scene.seconds(1);
        assertEquals(List.of(own("HEALTH"), own("HEALTH"), "OPERATOR by operator"), shortRows().subList(0, 3));
    }

    /** Its owner puts it in force. */
    @Test
    void aPlannedMaintenanceHasItsAuthorToo() {
        Instant now = scene.worker.now();
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("New kernel").from(now.plusSeconds(5)).until(now.plusSeconds(9)));
        scene.seconds(4);
        assertEquals(List.of(own("REGISTERED")), rows(), "it has not begun");
        scene.seconds(10);
        assertEquals(List.of(own("REGISTERED"), "MAINTENANCE by operator: New kernel", own("REGISTERED")), rows());
    }

    /** The window is to come: it is not why the service is DOWN. */
    @Test
    void aStopBeforeAPlannedMaintenanceHasNoNote() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("New kernel").from(scene.worker.now().plusSeconds(500)));
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(List.of(own("SHUTDOWN"), own("REGISTERED")), rows());
    }

    @Test
    void aLongNoteIsCut() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("\ud83d\ude00".repeat(600)));
        String note = history(Scene.ID.uuid()).get(0).note().orElseThrow();
        assertEquals("\ud83d\ude00".repeat(499) + "…", note);
    }

    /** os-lively says UP of a service that is UP: the owner makes that its own with one row. */
    @Test
    void adoptingIsOneRow() {
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        scene.seconds(10);
        assertEquals(List.of("UNKNOWN by unknown", own("REGISTERED")), rows());
    }

    @Test
    void aStaleRecordNamesItsLastWriterInTheSameWay() {
        ServiceRecord read = reader().find(Scene.ID.uuid()).join().orElseThrow();
        scene.registrar.notReady("x");
        scene.seconds(1);
        StaleRecordException stale = (StaleRecordException) assertThrows(CompletionException.class,
                () -> new ServiceUpdater(scene.etcd, scene.layout, Scene.TTL, scene.operator())
                        .update(read.toDefinition(), read.revision()).join())
                .getCause();
        assertEquals("inventory@host1 (" + incarnation().substring(0, 8) + ")", stale.by());
    }

    /** As the first round wrote them. */
    @Test
    void anEntryWithoutANameHasTheWholeIncarnation() {
        put(History.newBuilder().addTransitions(io.quarkiverse.lively.runtime.store.proto.Transition.newBuilder()
                .setBy(incarnation()).setReasonValue(1)).build());
        assertEquals(List.of("REGISTERED by " + incarnation()), rows());
    }

    @Test
    void onlyAnUnknownServiceHasNone() {
        scene.etcd.delete(scene.layout.history(Scene.ID.uuid()));
        assertEquals(List.of(), rows());
        long before = scene.etcd.commits;
        Throwable failure = assertThrows(CompletionException.class, () -> reader().history("nobody").join()).getCause();
        assertEquals("nobody", ((UnknownServiceException) failure).uuid());
        assertEquals(1, scene.etcd.commits - before);
    }

    @Test
    void afterACrashTheNextClaimSaysThatItEnded() {
        String dead = own("REGISTERED");
        crash();
        scene.seconds(2);
        scene.start(scene.process(Scene.ID));
        assertEquals(List.of("REGISTERED by " + name(), "EXPIRED by unknown: It ended without a word, after the last write and"
                + " before this claim", dead), rows());
        Transition end = history(Scene.ID.uuid()).get(1);
        assertEquals(scene.worker.now(), end.since());
        assertEquals(io.quarkiverse.lively.Status.UP, end.status());
    }

    /** Its lease has not run out, but another process listens at its address. */
    @Test
    void beforeItsLeaseRunsOutItsAddressSaysSo() {
        String dead = own("REGISTERED");
        scene.start(scene.process(Scene.ID));
        assertEquals(List.of("TAKEOVER by " + name(), "EXPIRED by unknown", dead), shortRows());
    }

    @Test
    void aProcessThatMayLiveHasNotEnded() {
        String former = own("REGISTERED");
        Registrar other = scene.process(Scene.ID);
        other.start();
        scene.serve(other, 8081);
        assertEquals(List.of("TAKEOVER by " + name(), former), rows());
    }

    @Test
    void aStopIsAWord() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.start(scene.process(Scene.ID));
        assertEquals(3, rows().size(), rows().toString());
    }

    /** A stop that gave the claim up, and could not write DOWN. */
    @Test
    void aStopThatCouldNotBeWrittenIsNone() {
        scene.etcd.refuseWrites("mvcc: database space exceeded");
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(5);
        scene.etcd.refuseWrites(null);
        scene.start(scene.process(Scene.ID));
        assertEquals("EXPIRED by unknown", shortRows().get(1));
    }

    @Test
    void aLostLeaseIsNoEnd() {
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(8);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertEquals(List.of(own("REGISTERED"), own("REGISTERED")), rows());
    }

    /** Nor is it after a write of os-lively, of which the owner has not said so yet. */
    @Test
    void aLostLeaseIsNoEndWhoeverHasRewrittenTheRecord() {
        scene.etcd.beDeaf();
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), scene.record().orElseThrow().toByteString());
        List.copyOf(scene.etcd.leases()).forEach(scene.etcd::revoke);
        scene.seconds(8);
        assertEquals(List.of(own("REGISTERED"), own("REGISTERED")), rows());
    }

    @Test
    void aServiceThatIsKeptDownHasNotEnded() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        scene.seconds(1);
        crash();
        scene.start(scene.process(Scene.ID));
        assertEquals(2, rows().size(), rows().toString());
    }

    /** The window begins while no process is there to see it. */
    @Test
    void anEndBeforeAWindowIsSaidBeforeTheWindow() {
        scene.operator().down(Scene.ID.uuid(), Maintenance.of("kernel").from(scene.worker.now().plusSeconds(60)));
        crash();
        scene.seconds(100);
        scene.start(scene.process(Scene.ID));
        assertEquals(List.of("MAINTENANCE by operator", "EXPIRED by unknown"), shortRows().subList(0, 2));
    }

    @Test
    void aWipedEtcdSaysNothing() {
        scene.etcd.wipe();
        scene.start(scene.process(Scene.ID));
        assertEquals(List.of("REGISTERED by " + name()), rows());
    }

    @Test
    void theLogStaysWithinItsBounds() {
        for (int i = 0; i < 40; i++) {
            scene.registrar.notReady("x");
            scene.seconds(1);
            scene.registrar.ready();
            scene.seconds(1);
        }
        crash();
        scene.start(scene.process(Scene.ID));
        assertEquals(32, rows().size());
        assertEquals("EXPIRED by unknown", shortRows().get(1));
    }

    private void crash() {
        scene.registrar.own().abandoning();
        scene.pass(Duration.ofMillis(1));
    }

    private void put(History history) {
        scene.etcd.put(scene.layout.history(Scene.ID.uuid()), history.toByteString());
    }

    private ServiceReader reader() {
        return new ServiceReader(scene.etcd, scene.layout, Runnable::run);
    }

    private List<Transition> history(String uuid) {
        return reader().history(uuid).join();
    }

    private List<String> rows() {
        return history(Scene.ID.uuid()).stream()
                .map(row -> row.reason() + " by " + row.by() + row.note().map(note -> ": " + note)
                        .orElse(""))
                .toList();
    }

    /** Without the notes. */
    private List<String> shortRows() {
        return rows().stream().map(row -> row.replaceAll(":.*", "")).toList();
    }

    private String own(String reason) {
        return reason + " by " + name();
    }

    private String name() {
        return "inventory@host1 (" + incarnation().substring(0, 8) + ")";
    }

    private String incarnation() {
        ByteString owner = scene.layout.owner(Scene.ID.uuid());
        try {
            return scene.etcd.has(owner) ? Claim.parseFrom(scene.etcd.get(owner).value()).getIncarnation()
                    : State.parseFrom(scene.etcd.get(scene.layout.state(Scene.ID.uuid())).value()).getBy();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
