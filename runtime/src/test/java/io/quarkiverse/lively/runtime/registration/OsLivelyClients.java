package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Compare;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * What clients of os-lively do: they read, then write what differs if the record is still the same. Between the two anything
 * may happen.
 */
final class OsLivelyClients {

    private final Scene scene;
    private final Random random;
    private final Consumer<String> log;
    private final List<Runnable> unfinished = new ArrayList<>();
    /** Whether it is one of them who writes. */
    boolean writes;

    /** @param log told what they did */
    OsLivelyClients(Scene scene, Random random, Consumer<String> log) {
        this.scene = scene;
        this.random = random;
        this.log = log;
    }

    /** Something that one of them might do to a service, or the end of what one has begun. */
    void act(OwnedService service) {
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
                    delete(service);
                }
            }
        }
    }

    private void update(OwnedService service, String what, UnaryOperator<Service> change) {
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

    private void write(OwnedService service, String what, Optional<Service> existing, Service wanted, long revision) {
        boolean up = wanted.getStatus() == Status.UP;
        String uuid = service.id.uuid();
        List<Operation> operations = new ArrayList<>();
        long lease = scene.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        if (existing.map(Service::getStatus).filter(wanted.getStatus()::equals).isEmpty()) {
            operations.add(new Put(up ? scene.layout.up(uuid) : scene.layout.down(uuid), ByteString.EMPTY, lease));
            if (existing.isPresent()) {
                operations.add(new Delete(up ? scene.layout.down(uuid) : scene.layout.up(uuid)));
            }
        }
        if (existing.isEmpty()) {
            operations.add(
                    new Put(scene.layout.typeHost(service.id.type(), service.id.host()), ByteString.copyFromUtf8(uuid), 0));
            operations.add(new Put(ByteString.copyFromUtf8("/services/by-region/" + service.id.region()), ByteString.EMPTY, 0));
        }
        operations.add(new Put(scene.layout.service(uuid), wanted.toByteString(), 0));
        if (!commit(List.of(new ModRevisionIs(scene.layout.service(uuid), revision)), operations)) {
            return;
        }
        log.accept("os-lively: " + what + " of " + uuid + " to " + wanted.getStatus() + " until " + wanted.getMaintenanceEnd());
        if (!up) {
            service.held(wanted.getMaintenanceEnd() == 0 ? Optional.empty()
                    : Optional.of(Instant.ofEpochSecond(wanted.getMaintenanceEnd())), true);
        } else {
            service.upByOsLively(existing, wanted);
        }
    }

    private void delete(OwnedService service) {
        String uuid = service.id.uuid();
        commit(List.of(), List.of(new Delete(scene.layout.service(uuid)),
                new Delete(scene.layout.typeHost(service.id.type(), service.id.host())),
                new Delete(ByteString.copyFromUtf8("/services/by-region/" + service.id.region())),
                new Delete(scene.layout.up(uuid)), new Delete(scene.layout.down(uuid))));
        log.accept("os-lively: delete " + uuid);
        service.free();
    }

    private boolean commit(List<Compare> guards, List<Operation> operations) {
        boolean before = writes;
        writes = true;
        boolean succeeded = scene.etcd.commit(new Transaction(guards, operations, List.of())).join().succeeded();
        writes = before;
        return succeeded;
    }
}
