package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.test.LogLines;

/** A type and host belong to one service. */
@Isolated
class NameTakenTest {

    private static final ServiceIdentity OTHER = new ServiceIdentity("u2", Scene.ID.type(), Scene.ID.host(), "default");

    private final Scene scene = Scene.registered();
    private final Registrar other = scene.process(OTHER);

    @Test
    void aServiceThatIsAliveKeepsItsName() {
        scene.etcd.forgetWritten();
        scene.start(other);
        scene.seconds(60);
        assertEquals(RegistrationState.STARTING, other.own().state());
        assertTrue(other.own().reason().contains("NAME_TAKEN"), other.own().reason());
        assertTrue(other.own().reason().contains("u1"), other.own().reason());
        assertTrue(other.own().reason().contains("quarkus.lively.service.host"), other.own().reason());
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void whoWasFencedSaysWhatKeepsItAwayOnceNobodyFencesIt() {
        Registrar winner = scene.process(Scene.ID);
        scene.start(winner);
        scene.seconds(1);
        assertEquals(RegistrationState.FENCED, scene.state());
        winner.stop(Scene.STOP_TIMEOUT);
        scene.start(other);
        scene.seconds(30);
        assertEquals(RegistrationState.REGISTERED, other.own().state());
        assertTrue(scene.registrar.own().reason().contains("NAME_TAKEN"), scene.registrar.own().reason());
    }

    /** Nobody has owned it for a whole TTL, but it could not be claimed then. */
    @Test
    void whoWasFencedWaitsAgainIfAnotherOwnerComesBeforeTheNameIsFree() {
        Registrar winner = scene.process(Scene.ID);
        scene.start(winner);
        scene.seconds(1);
        KeyValue said = scene.etcd.get(scene.layout.state(Scene.ID.uuid()));
        winner.stop(Scene.STOP_TIMEOUT);
        scene.start(other);
        scene.seconds(30);
        // An owner that came and went, unseen, leaves what it said last.
        scene.etcd.put(said.key(), said.value());
        other.stop(Scene.STOP_TIMEOUT);
        other.close();
        scene.pass(Scene.TTL.minusSeconds(1));
        assertEquals(RegistrationState.FENCED, scene.state());
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aServiceThatIsHeldKeepsItsName() {
        scene.downByOther("disk", null);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.start(other);
        scene.seconds(60);
        assertEquals(RegistrationState.STARTING, other.own().state());
    }

    @Test
    void aServiceThatIsGoneLosesIt() {
        scene.start(other);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.seconds(6);
        assertEquals(RegistrationState.REGISTERED, other.own().state());
        assertEquals("u2", scene.etcd.get(scene.layout.typeHost(OTHER.type(), OTHER.host())).value().toStringUtf8());
        assertTrue(scene.record().isEmpty());
        assertFalse(scene.etcd.has(scene.layout.down("u1")));
        assertFalse(scene.etcd.has(scene.layout.region("default", "u1")));
        assertFalse(scene.etcd.has(scene.layout.state("u1")));
        assertFalse(scene.etcd.has(scene.layout.history("u1")));
    }

    @Test
    void whoseKeysWereDeletedAndWhoseNameIsTakenIsLostThoughItsLeaseLives() {
        scene.etcd.beDeaf();
        scene.etcd.keys().forEach(key -> scene.etcd.delete(ByteString.copyFromUtf8(key)));
        scene.start(other);
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, other.own().state());
        assertEquals(RegistrationState.LOST, scene.state());
        assertTrue(scene.registrar.own().reason().contains("NAME_TAKEN"), scene.registrar.own().reason());

        other.stop(Scene.STOP_TIMEOUT);
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.REGISTERED, scene.state());
        assertTrue(scene.isUp());
    }

    @Test
    void anEntryThatNamesNobodyIsReplaced() {
        for (String garbage : new String[] { "", "nobody", "a/b", "\n" }) {
            Scene fresh = new Scene();
            ByteString name = fresh.layout.typeHost(Scene.ID.type(), Scene.ID.host());
            fresh.etcd.put(name, ByteString.copyFromUtf8(garbage));
            fresh.start(fresh.registrar);
            assertEquals(RegistrationState.REGISTERED, fresh.state(), "'" + garbage + "'");
            assertEquals("u1", fresh.etcd.get(name).value().toStringUtf8());
        }
    }

    @Test
    void anEntryThatWasStolenFromALiveServiceComesBackWhenTheThiefIsNobody() {
        ByteString name = scene.layout.typeHost(Scene.ID.type(), Scene.ID.host());
        scene.etcd.put(name, ByteString.copyFromUtf8("nobody"));
        scene.pass(Scene.TTL);
        assertEquals("u1", scene.etcd.get(name).value().toStringUtf8());
        assertEquals(RegistrationState.REGISTERED, scene.state());
    }

    @Test
    void aLiveServiceWhoseNameIsStolenStaysRegisteredAndWarnsOnce() {
        ByteString name = scene.layout.typeHost(Scene.ID.type(), Scene.ID.host());
        try (LogLines log = new LogLines()) {
            scene.stealTypeAndHost();
            scene.seconds(60);
            assertEquals(RegistrationState.REGISTERED, scene.state());
            assertEquals("thief", scene.etcd.get(name).value().toStringUtf8(), "it does not fight for the entry");
            assertEquals(1, log.with("lead to the service thief").size(), log.messages().toString());
            assertTrue(log.messages().toString().contains("quarkus.lively.service.host"), log.messages().toString());

            scene.etcd.delete(scene.layout.up("thief"));
            scene.pass(Scene.TTL);
            assertEquals("u1", scene.etcd.get(name).value().toStringUtf8());
            scene.stealTypeAndHost();
            scene.pass(Scene.TTL);
            assertEquals(2, log.with("lead to the service thief").size(), "it is stolen again");
        }
    }

    @Test
    void aServiceThatMovesLeavesItsFormerNameAndRegion() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        Registrar moved = scene.process(new ServiceIdentity("u1", "inventory", "host2", "west"));
        scene.start(moved);
        assertEquals(RegistrationState.REGISTERED, moved.own().state());
        assertFalse(scene.etcd.has(scene.layout.typeHost("inventory", "host1")));
        assertFalse(scene.etcd.has(scene.layout.region("default", "u1")));
        assertTrue(scene.etcd.has(scene.layout.typeHost("inventory", "host2")));
        assertTrue(scene.etcd.has(scene.layout.region("west", "u1")));
    }

    /** It is ephemeral, and os-lively has written its record without its lease: so it cannot be published. */
    @Test
    void theEndOfAHoldIsSaidThoughTheNameIsTaken() {
        Scene ephemeral = new Scene(OnConflict.TAKEOVER, true, false);
        ephemeral.start(ephemeral.registrar);
        ephemeral.operator().down(Scene.ID.uuid(), Maintenance.of("disk"));
        ephemeral.stealTypeAndHost();
        Instant end = ephemeral.worker.now().plusSeconds(31);
        ephemeral.downByOther("disk", end);
        ephemeral.pass(Duration.between(ephemeral.worker.now(), end.plusMillis(200)));
        assertEquals(RegistrationState.HELD_DOWN, ephemeral.state());
        assertTrue(ephemeral.registrar.own().reason().contains("NAME_TAKEN"), ephemeral.registrar.own().reason());
    }
}
