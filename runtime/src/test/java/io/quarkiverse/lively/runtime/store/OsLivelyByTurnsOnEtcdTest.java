package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** os-lively and an operator write a service by turns, on a real etcd, while its owner looks after it at its own pace. */
class OsLivelyByTurnsOnEtcdTest {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final ServiceIdentity ID = new ServiceIdentity("u", "type", "host", "region");
    private static final Service UP = Service.newBuilder().setUuid("u").setType("type").setHost("host").setRegion("region")
            .build();

    private final RealStore store = RealStore.opened();
    private final Worker worker = new SystemPlatform().worker("owner");
    private final ServiceWriter writer = new ServiceWriter(store.etcd, store.layout, new SystemPlatform(), "operator");
    private final ServiceReader reader = new ServiceReader(store.etcd, store.layout, Runnable::run);

    @AfterEach
    void end() {
        worker.close();
        store.close();
    }

    @Test
    void noHoldIsLostAndNothingStaysDownForEver() throws InterruptedException {
        long seed = new Random().nextLong();
        System.out.println("The seed of " + getClass().getSimpleName() + " is " + seed);
        Random random = new Random(seed);
        Registrar registrar = new Registrar(store.etcd, store.layout, worker, new SystemPlatform() {
            @Override
            public RandomGenerator random() {
                return random;
            }
        },
                new Registrar.Settings(true, ID, TTL, TTL, "1.0", Map.of(), OnConflict.TAKEOVER, false, false), change -> {
                });
        registrar.start();
        registrar.serve(Optional.empty());
        await(registrar, RegistrationState.REGISTERED);
        boolean held = false;
        for (int i = 0; i < 100; i++) {
            switch (random.nextInt(5)) {
                case 0 -> held = !store.updateByOsLively(UP) && held;
                case 1 -> held = store.updateByOsLively(UP.toBuilder().setStatus(Status.DOWN)
                        .setMaintenanceNote("n" + i).build()) || held;
                case 2 -> {
                    writer.down("u", Maintenance.of("operator")).join();
                    held = true;
                }
                case 3 -> {
                    writer.up("u").join();
                    held = false;
                }
                default -> Thread.sleep(random.nextInt(100));
            }
            if (held) {
                assertEquals(Liveness.DOWN, reader.find("u").join().orElseThrow().liveness(), "step " + i);
                assertTrue(store.server.keys("/services/by-status/UP/").isEmpty(), "step " + i);
            }
            if (i % 33 == 0) {
                await(registrar, held ? RegistrationState.HELD_DOWN : RegistrationState.REGISTERED);
            }
        }
        writer.down("u", Maintenance.of("operator")).join();
        await(registrar, RegistrationState.HELD_DOWN);
        store.updateByOsLively(UP);
        await(registrar, RegistrationState.REGISTERED);
        assertTrue(reader.isUp("u").join());
    }

    private static void await(Registrar registrar, RegistrationState state) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10))
                .until(() -> registrar.own().state() == state);
    }
}
