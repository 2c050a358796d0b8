package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

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
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivelyException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Compare;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

/**
 * Two clients of os-lively, an operator with Lively, and the owners write the same services by turns, in between each other's
 * reads and writes, while processes die and etcd fails. A DOWN that somebody else said holds until it is lifted or ends, and
 * what nobody holds is UP in the end.
 */
class OsLivelyByTurnsTest {

    private static final int STEPS = 400;

    private Random random;
    private Scene scene;
    private final List<Actor> services = new ArrayList<>();
    private final List<Runnable> unfinished = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private boolean byOsLively;
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
        writer = new ServiceWriter(scene.etcd, scene.layout, scene.worker::now, "operator");
        updater = new ServiceUpdater(scene.etcd, scene.layout, scene.worker::now, Scene.TTL, writer);
        reader = new ServiceReader(scene.etcd, scene.layout);
        scene.etcd.afterEachWrite(this::check);
        services.add(new Actor(new ServiceIdentity("u1", "inventory", "host1", "default")));
        services.add(new Actor(new ServiceIdentity("u2", "inventory", "host2", "west")));
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
                services.forEach(Actor::checkHold);
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
        Actor service = services.get(random.nextInt(services.size()));
        if (random.nextInt(3) == 0) {
            Actor other = services.get(random.nextInt(services.size()));
            Runnable inBetween = random.nextBoolean() ? () -> osLively(other) : () -> operator(other);
            scene.etcd.beforeNextWrite(inBetween);
        }
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> osLively(service);
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
        services.forEach(Actor::startAgain);
        // Windows begin and end at full seconds, and owners may notice a millisecond later.
        long intoTheSecond = scene.worker.now().getNano();
        pass(Scene.TTL.multipliedBy(4).plusMillis(500).minusNanos(intoTheSecond));
        services.forEach(Actor::checkSettled);
    }

    private void pass(Duration time) {
        note("passes " + time);
        scene.pass(time);
    }

    private void owner(Actor service) {
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

    private void operator(Actor service) {
        boolean before = byOsLively;
        byOsLively = false;
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
        byOsLively = before;
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

    // What clients of os-lively do: read, then write what differs if the record is still the same.

    private void osLively(Actor service) {
        if (!unfinished.isEmpty() && random.nextBoolean()) {
            unfinished.remove(random.nextInt(unfinished.size())).run();
            return;
        }
        long end = scene.worker.now().getEpochSecond() + 30 + random.nextInt(60);
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> update(service, "heart-beat", read -> service.asRegistered());
            case 3 -> update(service, "down()", read -> read.toBuilder().setStatus(Status.DOWN).build());
            case 4 -> update(service, "down(note)",
                    read -> read.toBuilder().setStatus(Status.DOWN).setMaintenanceNote("n" + random.nextInt(9)).build());
            case 5 -> update(service, "down(note, end)", read -> read.toBuilder().setStatus(Status.DOWN)
                    .setMaintenanceNote("n" + random.nextInt(9)).setMaintenanceEnd(end).build());
            case 6 -> update(service, "up, all else as it was", read -> read.toBuilder().setStatus(Status.UP).build());
            case 7 ->
                update(service, "another note", read -> read.toBuilder().setMaintenanceNote("o" + random.nextInt(9)).build());
            default -> {
                if (random.nextInt(4) == 0 && service.record().isPresent()) {
                    deleteByOsLively(service);
                }
            }
        }
    }

    private void update(Actor service, String what, UnaryOperator<Service> change) {
        Optional<Service> read = service.record();
        Service wanted = change.apply(read.orElseGet(service::asRegistered));
        long revision = service.revision();
        if (read.isEmpty() && !what.equals("heart-beat") || read.equals(Optional.of(wanted))) {
            return;
        }
        Runnable write = () -> write(service, what, read, wanted, revision);
        if (random.nextInt(3) == 0) {
            unfinished.add(write);
        } else {
            write.run();
        }
    }

    private void write(Actor service, String what, Optional<Service> existing, Service wanted, long revision) {
        boolean up = wanted.getStatus() == Status.UP;
        String uuid = service.id.uuid();
        List<Operation> writes = new ArrayList<>();
        long lease = scene.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        if (existing.map(Service::getStatus).filter(wanted.getStatus()::equals).isEmpty()) {
            writes.add(new Put(up ? scene.layout.up(uuid) : scene.layout.down(uuid), ByteString.EMPTY, lease));
            if (existing.isPresent()) {
                writes.add(new Delete(up ? scene.layout.down(uuid) : scene.layout.up(uuid)));
            }
        }
        if (existing.isEmpty()) {
            writes.add(new Put(scene.layout.typeHost(service.id.type(), service.id.host()), ByteString.copyFromUtf8(uuid), 0));
            writes.add(new Put(ByteString.copyFromUtf8("/services/by-region/" + service.id.region()), ByteString.EMPTY, 0));
        }
        writes.add(new Put(scene.layout.service(uuid), wanted.toByteString(), 0));
        if (!commitByOsLively(List.of(new ModRevisionIs(scene.layout.service(uuid), revision)), writes)) {
            return;
        }
        note("os-lively: " + what + " of " + uuid + " to " + wanted.getStatus() + " until " + wanted.getMaintenanceEnd());
        if (!up) {
            service.held(wanted.getMaintenanceEnd() == 0 ? Optional.empty()
                    : Optional.of(Instant.ofEpochSecond(wanted.getMaintenanceEnd())), true);
        } else {
            service.upByOsLively(existing, wanted);
        }
    }

    private void deleteByOsLively(Actor service) {
        String uuid = service.id.uuid();
        commitByOsLively(List.of(), List.of(new Delete(scene.layout.service(uuid)),
                new Delete(scene.layout.typeHost(service.id.type(), service.id.host())),
                new Delete(ByteString.copyFromUtf8("/services/by-region/" + service.id.region())),
                new Delete(scene.layout.up(uuid)), new Delete(scene.layout.down(uuid))));
        note("os-lively: delete " + uuid);
        service.free();
    }

    private boolean commitByOsLively(List<Compare> guards, List<Operation> writes) {
        boolean before = byOsLively;
        byOsLively = true;
        boolean succeeded = scene.etcd.commit(new Transaction(guards, writes, List.of())).join().succeeded();
        byOsLively = before;
        return succeeded;
    }

    /** What each of our writes leaves. */
    private void check(Transaction transaction) {
        for (Actor service : services) {
            Status before = service.lastStatus;
            service.lastStatus = service.record().map(Service::getStatus).orElse(null);
            ByteString record = scene.layout.service(service.id.uuid());
            if (byOsLively || transaction.then().stream().noneMatch(o -> o instanceof Put put && put.key().equals(record))) {
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

    /** A service, its owner, and what was last said of it. */
    private final class Actor {

        final ServiceIdentity id;
        MortalWorker worker;
        Registrar registrar;
        Status lastStatus;

        private boolean held;
        private Optional<Instant> start = Optional.empty();
        private Optional<Instant> end = Optional.empty();
        /** An end that the owner can come to see only when it has passed: then it is not believed. */
        private boolean endInDoubt;
        private Optional<Maintenance> window = Optional.empty();
        private boolean inDoubt;

        Actor(ServiceIdentity id) {
            this.id = id;
            start();
        }

        void start() {
            note(id.uuid() + " starts");
            worker = new MortalWorker(scene.worker);
            registrar = scene.process(id, worker);
            scene.start(registrar);
        }

        void startAgain() {
            worker.die();
            start();
        }

        void free() {
            held = false;
            inDoubt = false;
            window = Optional.empty();
        }

        void held(Optional<Instant> until, boolean byOsLively) {
            Optional<Maintenance> stays = byOsLively ? window : Optional.empty();
            free();
            held = true;
            start = Optional.empty();
            end = until;
            window = stays;
            endInDoubt = byOsLively && until.filter(e -> e.isBefore(scene.worker.now().plusSeconds(30))).isPresent();
        }

        void planned(Instant from, Optional<Instant> until) {
            held(until, false);
            start = Optional.of(from);
            window = Optional.of(new Maintenance("", start, until));
        }

        /** A window that has not begun is cancelled by who clears it, and not by who leaves it in the record. */
        void upByOsLively(Optional<Service> existing, Service wanted) {
            boolean wasUp = existing.filter(record -> record.getStatus() == Status.UP).isPresent();
            boolean stays = window.filter(w -> seconds(w.start()) == wanted.getMaintenanceStart()
                    && seconds(w.end()) == wanted.getMaintenanceEnd()).isPresent();
            boolean isToCome = window.flatMap(Maintenance::start).filter(s -> s.isAfter(scene.worker.now())).isPresent();
            if (stays && isToCome) {
                planned(window.get().start().get(), window.get().end());
            } else if (stays && start.isEmpty()) {
                // It began while os-lively kept the service DOWN: whether the UP was meant to end it cannot be told.
                inDoubt = true;
            } else if (!stays || !wasUp) {
                free();
            }
        }

        private static long seconds(Optional<Instant> time) {
            return time.map(Instant::getEpochSecond).orElse(0L);
        }

        boolean isHeld() {
            Instant now = scene.worker.now();
            return held && !inDoubt && start.filter(now::isBefore).isEmpty() && end.filter(e -> !now.isBefore(e)).isEmpty();
        }

        /** A hold that was said to begin at once is in force at once, and at each moment until it ends. */
        void checkHold() {
            if (isHeld() && start.isEmpty()) {
                assertEquals(Optional.of(Status.DOWN), record().map(Service::getStatus),
                        "the hold on " + id.uuid() + " is lost");
                assertTrue(!scene.etcd.has(scene.layout.up(id.uuid())), id.uuid() + " is held, and has its entry under UP");
            }
        }

        void checkSettled() {
            checkHold();
            if (inDoubt || endInDoubt && held && !isHeld()) {
                return;
            }
            String what = id.uuid() + ", " + registrar.own().reason();
            assertEquals(isHeld() ? RegistrationState.HELD_DOWN : RegistrationState.REGISTERED, registrar.own().state(), what);
            assertEquals(isHeld() ? Status.DOWN : Status.UP, record().orElseThrow().getStatus(), what);
            assertEquals(!isHeld(), scene.etcd.has(scene.layout.up(id.uuid())), what);
            assertTrue(scene.etcd.has(scene.layout.typeHost(id.type(), id.host())), what);
            assertTrue(scene.etcd.has(scene.layout.region(id.region(), id.uuid())), what);
        }

        Service asRegistered() {
            return Service.newBuilder().setUuid(id.uuid()).setType(id.type()).setHost(id.host()).setRegion(id.region())
                    .setStatus(Status.UP).build();
        }

        Optional<Service> record() {
            return Optional.ofNullable(scene.etcd.get(scene.layout.service(id.uuid()))).map(entry -> {
                try {
                    return Service.parseFrom(entry.value());
                } catch (InvalidProtocolBufferException e) {
                    return fail(e);
                }
            });
        }

        long revision() {
            KeyValue entry = scene.etcd.get(scene.layout.service(id.uuid()));
            return entry == null ? 0 : entry.modRevision();
        }
    }
}
