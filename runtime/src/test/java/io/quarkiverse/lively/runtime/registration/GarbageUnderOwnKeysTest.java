package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.RegistrationState;
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

    /** All but the claim, which says that another process has the service: that one is not fought. */
    @Test
    void itComesLater() {
        scene.start(scene.registrar);
        keys().stream().filter(key -> !key.equals(scene.layout.owner(Scene.ID.uuid())))
                .forEach(key -> scene.etcd.put(key, garbage(50)));
        scene.seconds(12);
        assertIsRegistered();
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
