package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** Whatever os-lively leaves of a service is read as it is meant, and none of it stands in the way of a write. */
class OsLivelyKeysTest {

    private static final Service SERVICE = Service.newBuilder().setUuid("u").setType("type").setHost("host")
            .setRegion("region").build();
    private static final Service OTHER = Service.newBuilder().setUuid("other").setType("type").setHost("otherhost")
            .setRegion("region").build();

    /** What is left, and how it reads; without a liveness it reads as no service. */
    enum Left {
        THE_BARE_KEY_OF_A_REGION(Liveness.UP, true) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
            }
        },
        DOWN_UNDER_A_LEASE(Liveness.DOWN, true) {
            @Override
            void leave() {
                store.byOsLively(SERVICE.toBuilder().setStatus(Status.DOWN).build());
            }
        },
        DOWN_WHOSE_LEASE_RAN_OUT(Liveness.DOWN, true) {
            @Override
            void leave() {
                DOWN_UNDER_A_LEASE.leave();
                store.delete(store.layout.down("u"));
            }
        },
        UP_WHOSE_LEASE_RAN_OUT(Liveness.EXPIRED, true) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
                store.delete(store.layout.up("u"));
            }
        },
        A_NAME_THAT_SOMEBODY_STOLE(Liveness.UP, true) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
                store.put(store.layout.typeHost("type", "host"), ByteString.copyFromUtf8("thief"));
            }
        },
        A_NAME_THAT_NAMES_NOBODY(Liveness.UP, true) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
                store.put(store.layout.typeHost("type", "host"), ByteString.EMPTY);
            }
        },
        GARBAGE(null, false) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
                store.put(store.layout.service("u"), ByteString.copyFromUtf8("\u0001garbage"));
            }
        },
        A_RECORD_OF_ANOTHER_UUID(null, false) {
            @Override
            void leave() {
                store.byOsLively(SERVICE);
                store.put(store.layout.service("u"),
                        OTHER.toBuilder().setHost("host").setStatus(Status.DOWN).build().toByteString());
            }
        },
        A_RECORD_WITHOUT_A_UUID(null, false) {
            @Override
            void leave() {
                store.put(store.layout.service("u"),
                        SERVICE.toBuilder().clearUuid().setStatus(Status.DOWN).build().toByteString());
            }
        };

        final Optional<Liveness> liveness;
        final boolean named;

        Left(Liveness liveness, boolean named) {
            this.liveness = Optional.ofNullable(liveness);
            this.named = named;
        }

        abstract void leave();
    }

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final ServiceWriter writer = new ServiceWriter(store.etcd, store.layout, new SystemPlatform(), "ops@desk");
    private final ServiceUpdater updater = new ServiceUpdater(store.etcd, store.layout, Duration.ofSeconds(60), writer);
    private final ServiceReader reader = new ServiceReader(store.etcd, store.layout, Runnable::run);

    @ParameterizedTest
    @EnumSource
    void itIsReadAsItIsMeant(Left left) {
        left.leave();
        store.byOsLively(OTHER);
        assertEquals(left.liveness, reader.find("u").join().map(ServiceRecord::liveness));
        assertEquals(left.liveness.filter(Liveness.UP::equals).isPresent(), reader.isUp("u").join());
        assertEquals(left.named ? Optional.of("u") : Optional.empty(),
                reader.find("type", "host").join().map(ServiceRecord::uuid));
        assertEquals(left.liveness.isPresent() ? List.of("other", "u") : List.of("other"), uuids(ServiceQuery.all()));
        assertEquals(uuids(ServiceQuery.all()), uuids(ServiceQuery.ofRegions("region")), "no index narrows a list");
        assertEquals(uuids(ServiceQuery.all()), uuids(ServiceQuery.ofUuids("u", "other")));
    }

    @ParameterizedTest
    @EnumSource
    void anOwnerClaimsIt(Left left) {
        left.leave();
        boolean held = left.liveness.filter(Liveness.DOWN::equals).isPresent();
        Worker worker = new SystemPlatform().worker("claims");
        try {
            Registrar registrar = new Registrar(store.etcd, store.layout, worker, new FakePlatform(worker),
                    new Registrar.Settings(true, new ServiceIdentity("u", "type", "host", "region"), Duration.ofSeconds(5),
                            Duration.ofSeconds(2), "1.0", Map.of(), OnConflict.TAKEOVER, false, false),
                    change -> {
                    });
            registrar.start();
            registrar.serve(Optional.empty());
            Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(3))
                    .until(() -> registrar.own().state() != RegistrationState.STARTING);
            assertEquals(held ? RegistrationState.HELD_DOWN : RegistrationState.REGISTERED, registrar.own().state());
            assertEquals(held ? Liveness.DOWN : Liveness.UP, find("u").liveness());
            assertEquals(find("u"), reader.find("type", "host").join().orElseThrow());
            assertConsistent();
            if (held) {
                writer.up("u").join();
            }
            registrar.stop(Duration.ofSeconds(2)).join();
            assertEquals(Liveness.DOWN, find("u").liveness());
            assertConsistent();
        } finally {
            worker.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsTakenDownAndLifted(Left left) {
        left.leave();
        if (left.liveness.isEmpty()) {
            assertUnknown(writer.down("u", Maintenance.of("disk")));
            assertUnknown(writer.up("u"));
            return;
        }
        assertEquals(Liveness.DOWN, writer.down("u", Maintenance.of("disk")).join().liveness());
        assertEquals("disk", keys().state().value().orElseThrow().getHold().getNote());
        assertConsistent();
        assertEquals(Optional.empty(), writer.up("u").join().maintenance());
        assertFalse(keys().state().value().orElseThrow().hasHold());
        assertConsistent();
    }

    @ParameterizedTest
    @EnumSource
    void itIsLifted(Left left) {
        left.leave();
        if (left.liveness.isEmpty()) {
            assertUnknown(writer.up("u"));
            return;
        }
        ServiceRecord lifted = writer.up("u").join();
        assertEquals(left.liveness.get(), lifted.liveness(), "its owner publishes it");
        assertEquals(Optional.empty(),
                Holds.of(keys(), Instant.now(), Optional.empty()), "nobody holds it any more");
    }

    @ParameterizedTest
    @EnumSource
    void itIsUpdated(Left left) {
        left.leave();
        ServiceDefinition wanted = left.liveness.map(read -> find("u").toDefinition())
                .orElseGet(() -> ServiceDefinition.of("type", "host").withUuid("u")).withRegion("west")
                .withStatus(io.quarkiverse.lively.Status.UP);
        long revision = left.liveness.map(read -> find("u").revision()).orElse(0L);
        if (left.liveness.isEmpty()) {
            assertInstanceOf(StaleRecordException.class,
                    assertThrows(CompletionException.class,
                            () -> updater.update(wanted, revision).join()).getCause());
            writer.delete("u").join();
        }
        assertEquals(Liveness.UP, updater.update(wanted, revision).join().liveness());
        assertEquals(find("u"), reader.find("type", "host").join().orElseThrow());
        assertEquals(List.of("/services/by-region/west/u"), store.server.keys("/services/by-region/").stream()
                .filter(key -> key.endsWith("/u")).toList());
        assertConsistent();
    }

    @ParameterizedTest
    @EnumSource
    void itIsDeleted(Left left) {
        left.leave();
        assertTrue(writer.delete("u").join().isPresent());
        assertEquals(List.of(), store.server.keys("/").stream().filter(key -> key.endsWith("/u")).toList());
        assertEquals(Optional.empty(), reader.find("type", "host").join());
        assertFalse(writer.delete("u").join().isPresent());
    }

    /** As a service that sets no uuid, as in the first example of os-lively's README: such services overwrite one another. */
    @ParameterizedTest
    @EnumSource(names = "THE_BARE_KEY_OF_A_REGION")
    void aServiceWithoutAUuidIsInNobodysWay(Left left) {
        Service nameless = SERVICE.toBuilder().clearUuid().build();
        store.byOsLively(nameless);
        assertEquals(List.of(""), uuids(ServiceQuery.all()), "it is what was written");
        assertEquals(Optional.empty(), reader.find("type", "host").join());
        anOwnerClaimsIt(left);
        assertEquals(List.of("", "u"), uuids(ServiceQuery.all()));
    }

    /** What readers rely on after every write of ours. */
    private void assertConsistent() {
        ServiceKeys keys = keys();
        boolean up = keys.service().value().orElseThrow().getStatus() == Status.UP;
        assertEquals(up, keys.up().exists());
        assertEquals(0, keys.service().lease());
    }

    private ServiceRecord find(String uuid) {
        return reader.find(uuid).join().orElseThrow();
    }

    private List<String> uuids(ServiceQuery query) {
        return reader.list(query).join().stream().map(ServiceRecord::uuid).toList();
    }

    private static ServiceKeys keys() {
        OwnerWrites owner = new OwnerWrites(store.layout, new ServiceIdentity("u", "type", "host", "region"), false);
        return owner.seen(store.etcd.commit(owner.look()).join());
    }

    private static void assertUnknown(CompletableFuture<?> answer) {
        assertInstanceOf(UnknownServiceException.class,
                assertThrows(CompletionException.class, answer::join).getCause());
    }
}
