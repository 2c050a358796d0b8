package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivelyException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;

/**
 * Two clients of os-lively, an operator with Lively, and the owners write the same services by turns, in between each other's
 * reads and writes, while processes die and etcd fails. A DOWN that somebody else said holds until it is lifted or ends, and
 * what nobody holds is UP in the end.
 */
class OsLivelyByTurnsTest {

    private static final int STEPS = 400;

    private Random random;
    private Scene scene;
    private final List<OwnedService> services = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private OsLivelyClients osLively;
    private ServiceWriter writer;
    private ServiceUpdater updater;
    private ServiceReader reader;

    static LongStream seeds() {
        return LongStream.range(0, Integer.getInteger("lively.test.seeds", 10));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noHoldIsLostAndNothingStaysDownForEver(long seed) {
        random = new Random(seed);
        scene = new Scene();
        osLively = new OsLivelyClients(scene, random, this::note);
        writer = new ServiceWriter(scene.etcd, scene.layout, new FakePlatform(scene.worker), "operator");
        updater = new ServiceUpdater(scene.etcd, scene.layout, Scene.TTL, writer);
        reader = new ServiceReader(scene.etcd, scene.layout, Runnable::run);
        scene.etcd.afterEachWrite(this::check);
        services.add(new OwnedService(new ServiceIdentity("u1", "inventory", "host1", "default"), scene, this::note));
        services.add(new OwnedService(new ServiceIdentity("u2", "inventory", "host2", "west"), scene, this::note));
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
                services.forEach(OwnedService::checkHold);
                if (random.nextInt(10) == 0) {
                    settle();
                }
            }
            settle();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("Seed " + seed + ": " + e.getMessage() + "\nafter\n"
                    + String.join("\n", log.subList(Math.max(0, log.size() - 40), log.size())), e);
        }
    }

    private void step() {
        OwnedService service = services.get(random.nextInt(services.size()));
        if (random.nextInt(3) == 0) {
            OwnedService other = services.get(random.nextInt(services.size()));
            Runnable inBetween = random.nextBoolean() ? () -> osLively.act(other) : () -> operator(other);
            scene.etcd.beforeNextWrite(inBetween);
        }
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> osLively.act(service);
            case 3, 4, 5 -> operator(service);
            case 6 -> owner(service);
            default -> pass(Duration.ofMillis(random.nextInt(4000)));
        }
    }

    /** Everybody is there and nothing fails any more: then each service ends as it was last said to be. */
    private void settle() {
        scene.etcd.beforeNextWrite(() -> {
        });
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        services.forEach(OwnedService::startAgain);
        // Windows begin and end at full seconds, and owners may notice a millisecond later.
        long intoTheSecond = scene.worker.now().getNano();
        pass(Scene.TTL.multipliedBy(4).plusMillis(500).minusNanos(intoTheSecond));
        services.forEach(OwnedService::checkSettled);
    }

    private void pass(Duration time) {
        note("passes " + time);
        scene.pass(time);
    }

    private void owner(OwnedService service) {
        switch (random.nextInt(5)) {
            case 0 -> {
                note(service.id.uuid() + " stops");
                service.registrar.stop(Scene.STOP_TIMEOUT);
                pass(Scene.STOP_TIMEOUT);
                service.worker.die();
            }
            case 1 -> {
                note(service.id.uuid() + " dies");
                service.worker.die();
            }
            case 2 -> service.startAgain();
            case 3 -> {
                KeyValue owner = scene.etcd.get(scene.layout.owner(service.id.uuid()));
                if (owner != null) {
                    note(service.id.uuid() + " loses its lease");
                    scene.etcd.revoke(owner.lease());
                }
            }
            default -> {
                FakeEtcd.Mode[] modes = { FakeEtcd.Mode.DOWN, FakeEtcd.Mode.MUTE, FakeEtcd.Mode.LATE, FakeEtcd.Mode.FROZEN };
                FakeEtcd.Mode mode = modes[random.nextInt(modes.length)];
                note("etcd is " + mode);
                scene.etcd.be(mode);
                pass(Duration.ofMillis(random.nextInt(15_000)));
                scene.etcd.be(FakeEtcd.Mode.ANSWERS);
            }
        }
    }

    // What an operator does with Lively.

    private void operator(OwnedService service) {
        boolean before = osLively.writes;
        osLively.writes = false;
        String uuid = service.id.uuid();
        Instant now = scene.worker.now().truncatedTo(ChronoUnit.SECONDS);
        Optional<Instant> end = random.nextBoolean() ? Optional.empty() : Optional.of(now.plusSeconds(5 + random.nextInt(60)));
        switch (random.nextInt(6)) {
            case 0, 1 -> ask("down " + uuid + " until " + end,
                    writer.down(uuid, new Maintenance("by operator", Optional.empty(), end)),
                    down -> service.held(end, false));
            case 2 -> {
                Instant start = now.plusSeconds(2 + random.nextInt(40));
                Optional<Instant> planned = end.map(e -> start.plusSeconds(20));
                ask("down " + uuid + " from " + start + " until " + planned,
                        writer.down(uuid, new Maintenance("planned", Optional.of(start), planned)),
                        down -> service.planned(start, planned));
            }
            case 3 -> ask("up " + uuid, writer.up(uuid), up -> service.free());
            case 4 -> ask("delete " + uuid, writer.delete(uuid), deleted -> service.free());
            default -> reader.find(uuid).join().ifPresent(read -> {
                boolean up = random.nextBoolean();
                ServiceRecord wanted = read.toBuilder()
                        .status(up ? io.quarkiverse.lively.Status.UP : io.quarkiverse.lively.Status.DOWN)
                        .maintenance(up ? null : new Maintenance("updated", Optional.empty(), end)).build();
                ask("update " + uuid + " to " + wanted.status() + " until " + end, updater.update(wanted), written -> {
                    if (up) {
                        service.free();
                    } else if (written.revision() != read.revision()) {
                        service.held(end, false);
                    }
                });
            });
        }
        osLively.writes = before;
    }

    private <T> void ask(String what, CompletableFuture<T> answer, Consumer<T> then) {
        assertTrue(answer.isDone(), what);
        try {
            T result = answer.join();
            note("operator: " + what + " -> " + result);
            then.accept(result);
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof LivelyException) && !(e.getCause() instanceof InvalidServiceException)) {
                throw e;
            }
            note("operator: " + what + " -> " + e.getCause());
        }
    }

    /** What each of our writes leaves. */
    private void check(Transaction transaction) {
        for (OwnedService service : services) {
            Status before = service.lastStatus;
            service.lastStatus = service.record().map(Service::getStatus).orElse(null);
            ByteString record = scene.layout.service(service.id.uuid());
            if (osLively.writes
                    || transaction.then().stream().noneMatch(o -> o instanceof Put put && put.key().equals(record))) {
                continue;
            }
            String uuid = service.id.uuid();
            ByteString up = scene.layout.up(uuid);
            if (service.lastStatus == Status.UP) {
                boolean expired = before == Status.UP && transaction.then().stream()
                        .noneMatch(o -> o instanceof Put put && put.key().equals(up)
                                || o instanceof Delete delete && delete.key().equals(up));
                assertTrue(scene.etcd.has(up) || expired, uuid + " was written UP without its entry");
            } else {
                assertTrue(!scene.etcd.has(up), uuid + " was written DOWN with its entry under UP");
                assertTrue(scene.etcd.has(scene.layout.down(uuid)), uuid + " was written DOWN without its entry");
            }
            KeyValue state = scene.etcd.get(scene.layout.state(uuid));
            assertTrue(state != null && state.modRevision() >= service.revision(), uuid + " was written without its state");
        }
        List<ByteString> keys = transaction.then().stream().map(o -> o instanceof Put put ? put.key()
                : o instanceof Delete delete ? delete.key() : null).filter(key -> key != null).toList();
        assertEquals(keys.size(), new HashSet<>(keys).size(), "a key is written twice");
    }

    private void note(String what) {
        log.add(scene.worker.now() + " " + what);
    }
}
