package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.RegistryCalls;
import io.quarkiverse.lively.simulation.RegistryCall.Kind;

/** Calls the registries of the applications, as operators and readers do. */
final class Registries {

    private static final int READS_BESIDE = 3;
    /** As long as a call takes, most often. */
    private static final long BESIDE = 5_000_000L;
    private static final int QUARRELS = 8;
    /** As long as an owner takes to look at its service and at what is beside it, most often. */
    private static final long REPLY = 200_000_000L;

    private final World world;

    Registries(World world) {
        this.world = world;
    }

    void call(Act act, SimulatedApplication caller, RandomGenerator random) {
        RegistryCalls calls = caller.lively().calls();
        ServiceDefinition named = named(act, random);
        String uuid = uuid(named);
        Instant now = caller.process().now();
        switch (act.kind()) {
            case OPERATOR_DOWN -> down(caller, uuid, Maintenance.of(random.nextBoolean() ? "" : act.name()));
            case OPERATOR_DOWN_UNTIL ->
                down(caller, uuid, Maintenance.of(act.name()).until(now.plusSeconds(1 + random.nextInt(60))));
            case OPERATOR_PLAN -> {
                Maintenance planned = Maintenance.of(act.name()).from(now.plusSeconds(1 + random.nextInt(60)));
                down(caller, uuid, random.nextInt(4) == 0 ? planned
                        : planned.until(planned.start().get().plusSeconds(1 + random.nextInt(60))));
            }
            case OPERATOR_UP -> up(caller, uuid);
            case OPERATOR_DELETE -> call(caller, Kind.DELETE, () -> calls.delete(uuid), uuid);
            case OPERATOR_UPDATE -> update(caller, uuid, named, random);
            default -> read(caller, uuid, named, random);
        }
        readBeside(uuid, named, random);
    }

    /** While os-lively writes the service of the act, an operator now and then does, too. */
    void writeBeside(Act act, RandomGenerator random) {
        if (random.nextInt(3) > 0) {
            return;
        }
        String uuid = uuid(named(act, random));
        later(random.nextLong(BESIDE), random, caller -> {
            if (random.nextBoolean()) {
                down(caller, uuid, Maintenance.of(act.name()));
            } else {
                up(caller, uuid);
            }
        });
    }

    /** For a while, operators who know nothing of each other say DOWN and UP of the service of the act. */
    void quarrel(Act act, RandomGenerator random) {
        Setup.ProcessSetup service = world.setup().of(act);
        String uuid = service.uuid(world.layout());
        for (int i = 0; i < QUARRELS; i++) {
            long time = random.nextLong(OsLively.TTL.toNanos());
            later(time, random, caller -> down(caller, uuid, Maintenance.of(act.name())));
            // Most often before the owner has seen the first one.
            long reply = time + (long) (REPLY * Math.pow(random.nextDouble(), 3));
            if (random.nextInt(3) > 0) {
                later(reply, random, caller -> up(caller, uuid));
            } else {
                later(reply, random, caller -> down(caller, uuid, Maintenance.of(act.name() + " again")));
            }
            later(time + random.nextLong(4 * REPLY), random, caller -> findByName(caller, service.type(), service.host()));
        }
    }

    /** By any application, if it runs. */
    private void later(long time, RandomGenerator random, Consumer<SimulatedApplication> act) {
        Place place = world.places().get(random.nextInt(world.places().size()));
        world.scheduler().after(time, () -> place.running().ifPresent(act));
    }

    /** While the call is under way, others read. */
    private void readBeside(String uuid, ServiceDefinition named, RandomGenerator random) {
        for (int i = 0; i < READS_BESIDE; i++) {
            later(random.nextLong(BESIDE), random, reader -> read(reader, uuid, named, random));
        }
    }

    private void down(SimulatedApplication caller, String uuid, Maintenance maintenance) {
        call(caller, Kind.DOWN, () -> caller.lively().calls().down(uuid, maintenance), uuid, maintenance);
    }

    private void up(SimulatedApplication caller, String uuid) {
        call(caller, Kind.UP, () -> caller.lively().calls().up(uuid), uuid);
    }

    private void findByName(SimulatedApplication caller, String type, String host) {
        call(caller, Kind.FIND_BY_NAME, () -> caller.lively().calls().find(type, host), type, host);
    }

    /** Reads the service, and writes it a while later. */
    private void update(SimulatedApplication caller, String uuid, ServiceDefinition named, RandomGenerator random) {
        this.<Optional<ServiceRecord>> call(caller, Kind.FIND, () -> caller.lively().calls().find(uuid), uuid)
                .thenAccept(found -> {
                    ServiceDefinition read = found.map(ServiceRecord::toDefinition).orElse(named);
                    long revision = found.map(ServiceRecord::revision).orElse(0L);
                    ServiceDefinition wanted = switch (random.nextInt(4)) {
                        case 0 -> read.withStatus(Status.UP).withoutMaintenance();
                        case 1 -> read.withStatus(Status.DOWN).withMaintenance(Maintenance.of("by update"));
                        case 2 -> read.withRegion("region-" + random.nextInt(3));
                        default -> read;
                    };
                    Duration pause = Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(2_000) : 0);
                    caller.process().after(pause, () -> {
                        if (!caller.isStopping()) {
                            call(caller, Kind.UPDATE, () -> caller.lively().calls().update(wanted, revision), wanted, revision);
                        }
                    });
                });
    }

    private void read(SimulatedApplication caller, String uuid, ServiceDefinition named, RandomGenerator random) {
        RegistryCalls calls = caller.lively().calls();
        switch (random.nextInt(7)) {
            case 0 -> call(caller, Kind.IS_UP, () -> calls.isUp(uuid), uuid);
            case 1 ->
                call(caller, Kind.IS_UP_BY_NAME, () -> calls.isUp(named.type(), named.host()), named.type(), named.host());
            case 2 -> call(caller, Kind.LIVENESS, () -> calls.liveness(uuid), uuid);
            case 3 -> call(caller, Kind.FIND, () -> calls.find(uuid), uuid);
            case 4 -> findByName(caller, named.type(), named.host());
            case 5 -> call(caller, Kind.HISTORY, () -> calls.history(uuid), uuid);
            default -> {
                ServiceQuery query = random.nextInt(4) > 0 ? query(random) : ServiceQuery.ofUuids(uuid, another(random));
                call(caller, Kind.LIST, () -> calls.list(query), query);
            }
        }
    }

    static ServiceQuery query(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> ServiceQuery.all();
            case 4 -> ServiceQuery.ofTypes("type-0", "further").withRegions("region-0", "default").withLiveness(Liveness.UP,
                    Liveness.EXPIRED);
            case 2 -> ServiceQuery.ofTypes("type-" + random.nextInt(3));
            case 3 -> ServiceQuery.ofRegions("region-" + random.nextInt(2));
            default -> ServiceQuery.ofLiveness(Liveness.UP);
        };
    }

    private <T> CompletableFuture<T> call(SimulatedApplication caller, Kind kind, Supplier<CompletableFuture<T>> question,
            Object... arguments) {
        RegistryCall call = new RegistryCall(caller, kind, arguments, world.scheduler().now(), world.etcd().revision(),
                world.histories());
        world.count("call " + kind);
        world.note(caller.process().name(), "calls", kind.ordinal(), () -> kind + " " + List.of(arguments));
        world.forEachCheck(check -> check.called(call));
        CompletableFuture<T> answer;
        try {
            answer = question.get();
        } catch (InvalidServiceException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((value, failure) -> {
            call.answer = value;
            call.failure = failure;
            call.answeredAtRevision = world.etcd().revision();
            call.answeredInHistory = world.histories();
            world.note(caller.process().name(), "is answered", failure == null ? 0 : 1,
                    () -> kind + " " + (failure == null ? value : failure));
            world.forEachCheck(check -> check.answered(call));
            if (call.isWrite() && value instanceof ServiceRecord written && call.isOfOneHistory()
                    && caller.lively().view().isStarted()) {
                caller.awaitRevision(written.revision());
            }
        });
    }

    private String uuid(ServiceDefinition named) {
        return named.uuid().isEmpty() ? world.layout().uuidOf(named.type(), named.host()) : named.uuid();
    }

    private String another(RandomGenerator random) {
        List<Setup.ProcessSetup> processes = world.setup().processes();
        return processes.get(random.nextInt(processes.size())).uuid(world.layout());
    }

    /** The service that the act is about, or a further one. */
    private ServiceDefinition named(Act act, RandomGenerator random) {
        Setup.ProcessSetup one = world.setup().of(act);
        return random.nextInt(5) == 0 ? ServiceDefinition.of("further", "host-" + random.nextInt(SimulatedApplication.FURTHER))
                : ServiceDefinition.of(one.type(), one.host()).withUuid(one.uuid(world.layout())).withRegion(one.region());
    }
}
