package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** What cannot be read is in nobody's way: a process registers over it, and writes it anew. */
class GarbageUnderOwnKeysTest {

    private final Random random = new Random(1);
    private final Scene scene = new Scene();

    private List<ByteString> keys() {
        String uuid = Scene.ID.uuid();
        return List.of(scene.layout.service(uuid), scene.layout.up(uuid), scene.layout.down(uuid), scene.layout.owner(uuid),
                scene.layout.state(uuid), scene.layout.history(uuid),
                scene.layout.typeHost(Scene.ID.type(), Scene.ID.host()),
                scene.layout.region(Scene.ID.region(), uuid));
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 50, 1 << 20 })
    void itIsThereBefore(int length) {
        keys().forEach(key -> scene.etcd.put(key, garbage(length)));
        scene.start(scene.registrar);
        scene.seconds(12);
        assertIsRegistered();
    }

    @Test
    void itComesLater() {
        scene.start(scene.registrar);
        keys().forEach(key -> scene.etcd.put(key, garbage(50)));
        scene.seconds(12);
        assertIsRegistered();
    }

    /** Under a lease it is the claim of another process, in the words of a later version maybe: that one is not fought. */
    @Test
    void aClaimWithALeaseIsSomebodysThoughItCannotBeRead() {
        scene.start(scene.registrar);
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()), garbage(50), scene.etcd.grantLease(Scene.TTL).join().id());
        scene.seconds(3);
        assertEquals(RegistrationState.FENCED, scene.state());
    }

    /** As long as somebody else has the service, the fence stays; garbage does not keep it there. */
    @Test
    void itKeepsNobodyFenced() {
        scene.start(scene.registrar);
        Registrar later = scene.process(Scene.ID);
        scene.start(later);
        scene.seconds(6);
        assertEquals(RegistrationState.FENCED, scene.state());
        later.stop(Scene.STOP_TIMEOUT);
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()), garbage(50));
        scene.seconds(20);
        assertIsRegistered();
    }

    @Test
    void itDoesNotKeepAProcessFromStopping() {
        scene.start(scene.registrar);
        scene.etcd.beDeaf();
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()), garbage(50));
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
    }

    @Test
    void itKeepsNoNameForAServiceThatIsGone() {
        scene.start(scene.registrar);
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.etcd.put(scene.layout.owner(Scene.ID.uuid()), garbage(50));
        Registrar other = scene.process(new ServiceIdentity("u2", Scene.ID.type(), Scene.ID.host(), "default"));
        scene.start(other);
        scene.seconds(6);
        assertEquals(RegistrationState.REGISTERED, other.own().state(), other.own().reason());
        assertFalse(scene.etcd.has(scene.layout.owner(Scene.ID.uuid())), "nothing is left of it");
    }

    private void assertIsRegistered() {
        assertEquals(RegistrationState.REGISTERED, scene.state(), scene.registrar.own().reason());
        assertTrue(scene.isUp());
        assertEquals(Status.UP, scene.record().orElseThrow().getStatus());
        assertEquals(ByteString.copyFromUtf8(Scene.ID.uuid()),
                scene.etcd.get(scene.layout.typeHost(Scene.ID.type(), Scene.ID.host())).value());
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(Status.DOWN, scene.record().orElseThrow().getStatus());
    }

    /** No message, and no text: it begins with a tag that there is none of. */
    private ByteString garbage(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        bytes[0] = (byte) 0xff;
        return ByteString.copyFrom(bytes);
    }
}
