package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.LogLines;

/** Whoever writes to etcd cannot add lines to the log of an application, nor to what it says of itself. */
@Isolated
class ForgedLogTest {

    private static final String EVIL = "x\r\n2030-01-01 00:00:00 INFO  Registered \u001b[2J\u202e\u2028";

    private final Scene scene = Scene.registered();
    private final LogLines log = new LogLines();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void theNoteOfOsLively() {
        scene.downByOther(EVIL, null);
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEverythingIsOneLine();
    }

    @Test
    void aHold() {
        Service down = scene.record().orElseThrow().toBuilder().setStatus(Status.DOWN).build();
        scene.etcd.put(scene.layout.service(Scene.ID.uuid()), down.toByteString());
        scene.etcd.put(scene.layout.state(Scene.ID.uuid()), State.newBuilder().setBy(EVIL)
                .setHold(Hold.newBuilder().setBy(EVIL).setNote(EVIL.repeat(50_000))).build().toByteString());
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.HELD_DOWN, scene.state());
        assertEverythingIsOneLine();
    }

    @Test
    void theClaimOfAnotherProcess() {
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()),
                Claim.newBuilder().setIncarnation(EVIL).setAddress(EVIL).setPort(1).build().toByteString());
        scene.pass(Scene.TTL);
        assertEquals(RegistrationState.FENCED, scene.state());
        assertEverythingIsOneLine();
    }

    /** With a name like that it is not written by Lively. */
    @Test
    void aServiceThatHasTheName() {
        String uuid = "\u202eu2";
        Scene other = new Scene();
        other.etcd.put(other.layout.service(uuid), Service.newBuilder().setUuid(uuid).setType(Scene.ID.type())
                .setHost(Scene.ID.host()).build().toByteString());
        other.etcd.put(other.layout.up(uuid), ByteString.EMPTY);
        other.etcd.put(other.layout.typeHost(Scene.ID.type(), Scene.ID.host()), ByteString.copyFromUtf8(uuid));
        other.start(other.registrar);
        other.pass(Scene.TTL);
        String reason = other.registrar.own().reason();
        assertTrue(reason.startsWith("NAME_TAKEN: the service ?u2"), reason);
        assertTrue(log.with("NAME_TAKEN").size() == 1, log.messages().toString());
        assertAreOneLine(log.messages());
    }

    private void assertEverythingIsOneLine() {
        assertEquals(1, log.messages().size(), log.messages().toString());
        assertAreOneLine(log.messages());
        assertAreOneLine(List.of(scene.registrar.own().reason(), scene.registrar.own().record().toString()));
        assertAreOneLine(scene.changes.stream().map(RegistrationChange::reason).toList());
    }

    private static void assertAreOneLine(List<String> texts) {
        for (String text : texts) {
            assertFalse(text.matches("(?s).*[\\p{Cntrl}\u0085\u2028\u2029\u202e].*"), text);
            assertTrue(text.length() < 10_000, text.length() + " characters");
        }
    }
}
