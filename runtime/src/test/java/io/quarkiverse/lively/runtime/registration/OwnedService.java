package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

/** A service, its owner, and what was last said of it. */
final class OwnedService {

    final ServiceIdentity id;
    private final Scene scene;
    private final Consumer<String> log;
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

    /** @param log told what happens to the owner */
    OwnedService(ServiceIdentity id, Scene scene, Consumer<String> log) {
        this.id = id;
        this.scene = scene;
        this.log = log;
        start();
    }

    void start() {
        log.accept(id.uuid() + " starts");
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
