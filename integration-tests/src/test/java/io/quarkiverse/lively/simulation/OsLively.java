package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Compare;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * Clients of os-lively: they read a record, and write what differs if it is still the same. Anything may happen between the
 * two. They are on a machine of their own, know one member, and give up at the first failure.
 */
final class OsLively {

    static final String NAME = "os-lively";
    static final Duration TTL = Duration.ofSeconds(60);

    private final World world;
    private final KeyLayout layout;
    private final SimulatedProcess process;
    private final Etcd etcd;

    OsLively(World world) {
        this.world = world;
        this.layout = world.layout();
        Chance chance = world.chance().derived(NAME);
        Machine machine = new Machine(world.scheduler(), NAME, 0, 1, Duration.ZERO);
        this.process = new SimulatedProcess(NAME, machine, world.scheduler(), chance, bug -> world.bug(NAME, bug));
        this.etcd = SimulatedClient.connection(process, world.network(), SimulatedClient.settings(world.setup()),
                new ArrayList<>());
    }

    void end() {
        etcd.close();
        process.kill();
    }

    /** What one of them might do to a service. */
    void act(Act act, RandomGenerator random) {
        Setup.ProcessSetup service = world.setup().of(act);
        long end = process.now().getEpochSecond() + 5 + random.nextInt(60);
        String note = "n" + random.nextInt(9);
        Service own = random.nextInt(6) == 0 ? namesake(service) : asRegistered(service, service.uuid(layout));
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> update(own, "heart-beat", random, true, read -> own);
            case 3 -> update(own, "down()", random, false, read -> read.toBuilder().setStatus(Status.DOWN).build());
            case 4 -> update(own, "down(note)", random, false,
                    read -> read.toBuilder().setStatus(Status.DOWN).setMaintenanceNote(note).build());
            case 5 -> update(own, "down(note, end)", random, false, read -> read.toBuilder().setStatus(Status.DOWN)
                    .setMaintenanceNote(note).setMaintenanceEnd(end).build());
            case 6 -> update(own, "up", random, false, read -> read.toBuilder().setStatus(Status.UP).build());
            case 7 -> update(own, "another note", random, false,
                    read -> read.toBuilder().setMaintenanceNote(note).build());
            default -> {
                if (random.nextInt(4) == 0) {
                    delete(own);
                }
            }
        }
    }

    /**
     * Registers one more service with the names of another one, which lives as long as its lease. Some change their host then.
     */
    void stealName(Act act, RandomGenerator random) {
        Service thief = namesake(world.setup().of(act));
        update(thief, "heart-beat", random, true, read -> thief);
        if (random.nextBoolean()) {
            process.after(Duration.ofNanos(random.nextLong(TTL.toNanos())), () -> update(thief, "another host", random, false,
                    read -> read.toBuilder().setHost("moved-" + thief.getHost()).build()));
        }
    }

    /** Another service with the same names, as one that was registered by os-lively before. */
    private static Service namesake(Setup.ProcessSetup service) {
        return asRegistered(service, String.format("%032x", service.identity()));
    }

    private static Service asRegistered(Setup.ProcessSetup service, String uuid) {
        return Service.newBuilder().setUuid(uuid).setType(service.type()).setHost(service.host()).setRegion(service.region())
                .setStatus(Status.UP).build();
    }

    private void update(Service service, String what, RandomGenerator random, boolean creates,
            UnaryOperator<Service> change) {
        String uuid = service.getUuid();
        ByteString key = layout.service(uuid);
        world.note(NAME, "reads", 0, () -> "for " + what + " of " + uuid);
        long pause = random.nextInt(3) == 0 ? random.nextLong(3_000_000_000L) : 0;
        whenDone(etcd.commit(Transaction.read(List.of(key))), result -> {
            Optional<KeyValue> entry = result.get(key);
            Optional<Service> read = entry.map(OsLively::parse);
            if (read.isEmpty() && !creates) {
                return;
            }
            Service wanted = change.apply(read.orElse(service));
            if (!read.equals(Optional.of(wanted))) {
                process.after(Duration.ofNanos(pause), () -> whenDone(etcd.grantLease(TTL),
                        lease -> write(service, what, entry.map(KeyValue::modRevision).orElse(0L), read, wanted, lease.id())));
            }
        });
    }

    private void write(Service service, String what, long revision, Optional<Service> read, Service wanted,
            long lease) {
        boolean up = wanted.getStatus() == Status.UP;
        String uuid = wanted.getUuid();
        List<Operation> operations = new ArrayList<>();
        if (read.map(Service::getStatus).filter(wanted.getStatus()::equals).isEmpty()) {
            operations.add(new Put(up ? layout.up(uuid) : layout.down(uuid), ByteString.EMPTY, lease));
            if (read.isPresent()) {
                operations.add(new Delete(up ? layout.down(uuid) : layout.up(uuid)));
            }
        }
        if (read.isEmpty()) {
            operations.add(new Put(layout.typeHost(service.getType(), service.getHost()), ByteString.copyFromUtf8(uuid), 0));
            operations.add(new Put(region(service), ByteString.EMPTY, 0));
        }
        operations.add(new Put(layout.service(uuid), wanted.toByteString(), 0));
        List<Compare> guards = List.of(new ModRevisionIs(layout.service(uuid), revision));
        world.note(NAME, "writes", 0, () -> what + " of " + uuid);
        whenDone(etcd.commit(new Transaction(guards, operations, List.of())), result -> {
            if (result.succeeded()) {
                world.count("os-lively " + what);
            }
        });
    }

    private void delete(Service service) {
        String uuid = service.getUuid();
        world.note(NAME, "deletes", 0, () -> uuid);
        whenDone(etcd.commit(new Transaction(List.of(), List.of(new Delete(layout.service(uuid)),
                new Delete(layout.typeHost(service.getType(), service.getHost())), new Delete(region(service)),
                new Delete(layout.up(uuid)), new Delete(layout.down(uuid))), List.of())),
                result -> world.count("os-lively delete"));
    }

    private static ByteString region(Service service) {
        return ByteString.copyFromUtf8("/services/by-region/" + service.getRegion());
    }

    private <T> void whenDone(CompletableFuture<T> answer, Consumer<T> then) {
        answer.whenComplete((value, failure) -> {
            if (failure == null) {
                process.pool().execute(() -> then.accept(value));
            }
        });
    }

    private static Service parse(KeyValue entry) {
        try {
            return Service.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("no client writes what cannot be read", e);
        }
    }
}
