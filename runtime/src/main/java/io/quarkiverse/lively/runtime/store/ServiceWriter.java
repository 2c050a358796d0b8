package io.quarkiverse.lively.runtime.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.Platform;

/**
 * What anybody but its owner may write of a service: a DOWN that holds, its end, and its deletion. Each is one transaction that
 * is guarded by what was read; if that lost a race, it is read and decided anew.
 */
public final class ServiceWriter {

    /** Losing so many races in a row is no accident any more. */
    private static final int RACES = 20;
    private static final int LONGEST_NOTE = 4096;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Etcd etcd;
    private final KeyLayout layout;
    private final Platform platform;
    private final RandomGenerator random;
    private final String by;

    /**
     * @param by who writes, as others shall read it
     */
    public ServiceWriter(Etcd etcd, KeyLayout layout, Platform platform, String by) {
        this.etcd = etcd;
        this.layout = layout;
        this.platform = platform;
        this.random = platform.random();
        this.by = by;
    }

    /** Takes a service down, at once or from the start of a maintenance on, until somebody lifts it or the maintenance ends. */
    public CompletableFuture<ServiceRecord> down(String uuid, Maintenance maintenance) {
        ServiceIdentity.check("uuid", uuid);
        check(maintenance);
        return change(uuid, seen -> {
            if (!isToCome(maintenance, now())) {
                return Optional.of(takeDown(seen, maintenance));
            }
            if (Holds.isHeld(seen, now())) {
                throw new InvalidServiceException("start", "the service is kept DOWN already, and a maintenance that is to"
                        + " come would end that; lift it first, or let the maintenance start now");
            }
            return Optional.of(plan(seen, maintenance));
        });
    }

    /** Ends what somebody else said of a service; its owner then publishes it as UP. */
    public CompletableFuture<ServiceRecord> up(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return change(uuid, this::lift);
    }

    /** Deletes a service, whatever is there of it: at which revision; empty if there was none. */
    public CompletableFuture<OptionalLong> delete(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return delete(uuid, 1);
    }

    private CompletableFuture<OptionalLong> delete(String uuid, int race) {
        return look(unnamed(uuid)).thenCompose(known -> {
            if (!known.service().exists()) {
                return CompletableFuture.completedFuture(OptionalLong.empty());
            }
            ServiceIdentity id = known.service().value().map(record -> named(uuid, record)).orElse(unnamed(uuid));
            return look(id).thenCompose(seen -> seen.service().equals(known.service()) ? commitDelete(id, seen)
                    : CompletableFuture.completedFuture(OptionalLong.empty()))
                    .thenCompose(deleted -> deleted.isPresent() ? CompletableFuture.completedFuture(deleted)
                            : again(race, uuid, known, () -> delete(uuid, race + 1)));
        });
    }

    /** Empty if it lost a race. */
    private CompletableFuture<OptionalLong> commitDelete(ServiceIdentity id, ServiceKeys seen) {
        boolean isNamed = seen.typeHost().value().filter(ByteString.copyFromUtf8(id.uuid())::equals).isPresent();
        GuardedWrite write = new WriteBuilder(layout, id, seen, 0).delete(isNamed).build();
        return etcd.commit(write.transaction()).thenApply(
                result -> result.succeeded() ? OptionalLong.of(result.revision()) : OptionalLong.empty());
    }

    private CompletableFuture<ServiceRecord> change(String uuid, Function<ServiceKeys, Optional<WriteBuilder>> decision) {
        return change(uuid, decision, 1);
    }

    /** @param decision what is to be done; empty if nothing is */
    private CompletableFuture<ServiceRecord> change(String uuid, Function<ServiceKeys, Optional<WriteBuilder>> decision,
            int race) {
        return look(unnamed(uuid)).thenCompose(seen -> {
            if (seen.service().value().isEmpty()) {
                return CompletableFuture.failedFuture(new UnknownServiceException(uuid));
            }
            Optional<GuardedWrite> write = decision.apply(seen).map(WriteBuilder::build);
            if (write.isEmpty()) {
                return CompletableFuture.completedFuture(ServiceRecords.of(seen));
            }
            return etcd.commit(write.get().transaction()).thenCompose(result -> result.succeeded()
                    ? CompletableFuture.completedFuture(ServiceRecords.of(write.get().then().apply(result.revision())))
                    : again(race, uuid, ServiceKeys.of(layout, unnamed(uuid), result),
                            () -> change(uuid, decision, race + 1)));
        });
    }

    /** The time that a write says. */
    Instant now() {
        return platform.now();
    }

    static boolean isToCome(Maintenance maintenance, Instant now) {
        return maintenance.start().filter(start -> start.isAfter(now)).isPresent();
    }

    /** DOWN from now on, whenever the maintenance is said to start. */
    WriteBuilder takeDown(ServiceKeys seen, Maintenance maintenance) {
        return takeDown(seen, StoredMaintenance.put(seen.service().value().orElseThrow(), maintenance),
                held(maintenance, now()));
    }

    /** @param held says why, with the hold */
    WriteBuilder takeDown(ServiceKeys seen, Service record, State held) {
        return write(seen).publishDown(record, held);
    }

    /** Until the maintenance starts, nothing changes but what is to come. */
    WriteBuilder plan(ServiceKeys seen, Maintenance maintenance) {
        Instant now = now();
        return write(seen).rewrite(StoredMaintenance.put(seen.service().value().orElseThrow(), maintenance),
                planned(lastSaid(seen, now), maintenance, now).toBuilder().setEditor(by).build());
    }

    /** The same state with a hold that is to come. */
    State planned(State last, Maintenance maintenance, Instant now) {
        return last.toBuilder().setHold(StoredMaintenance.plannedHold(maintenance, by, now)).build();
    }

    /** Empty if nobody said anything that could be lifted. */
    Optional<WriteBuilder> lift(ServiceKeys seen) {
        Instant now = now();
        Service record = seen.service().value().orElseThrow();
        Service cleared = StoredMaintenance.put(record, StoredMaintenance.NONE);
        State last = lastSaid(seen, now);
        if (seen.stateIsCurrent() && !last.hasHold() && cleared.equals(record)) {
            return Optional.empty();
        }
        if (record.getStatus() != Status.UP) {
            // UP without the entry under UP, which only an owner puts, would read as a crash.
            return Optional.of(write(seen).publishDown(cleared, said(Reason.OPERATOR, now).build()));
        }
        boolean planned = last.hasHold() || !cleared.equals(record);
        return planned ? Optional.of(write(seen).rewrite(cleared, last.toBuilder().clearHold().setEditor(by).build()))
                : Optional.empty();
    }

    /** Why the service has its status, and since when, as far as anybody said. */
    private static State lastSaid(ServiceKeys seen, Instant now) {
        return seen.state().value().filter(state -> seen.stateIsCurrent())
                .orElseGet(() -> State.newBuilder().setSince(now.toEpochMilli()).setBy(Holds.SOMEBODY).build());
    }

    private WriteBuilder write(ServiceKeys seen) {
        // Who rewrites a key of a service that vanishes with its lease leaves it under that lease.
        return new WriteBuilder(layout, unnamed(seen.service().value().orElseThrow().getUuid()), seen,
                seen.service().lease());
    }

    private CompletableFuture<ServiceKeys> look(ServiceIdentity id) {
        return etcd.commit(Transaction.read(ServiceKeys.keys(layout, id)))
                .thenApply(result -> ServiceKeys.of(layout, id, result));
    }

    /**
     * After a lost race: at once if it was the first, then after a random time that grows, so that many get through.
     *
     * @param seen the keys of the service, as they were when it was lost
     * @param attempt looks again first: what was seen before the pause is old after it
     */
    <T> CompletableFuture<T> again(int race, String uuid, ServiceKeys seen, Supplier<CompletableFuture<T>> attempt) {
        if (race == 1) {
            return attempt.get();
        }
        if (race == RACES) {
            return CompletableFuture.failedFuture(stale(seen, "The service " + uuid + " was changed " + RACES
                    + " times while it was to be written, at last by " + lastWriter(seen) + ". Try again"));
        }
        Executor later = platform.delayedExecutor(Duration.ofMillis(random.nextInt(10 * race)));
        return CompletableFuture.supplyAsync(attempt, later).thenCompose(answer -> answer);
    }

    static StaleRecordException stale(ServiceKeys seen, String message) {
        return new StaleRecordException(seen.service().value().map(record -> ServiceRecords.of(seen)), lastWriter(seen),
                message);
    }

    static String lastWriter(ServiceKeys seen) {
        return seen.state().value().filter(state -> seen.stateIsCurrent())
                .map(state -> Stream.of(state.getEditor(), state.getByName(), state.getBy()).filter(name -> !name.isEmpty())
                        .findFirst().orElse(""))
                .filter(who -> !who.isEmpty()).orElse(Holds.SOMEBODY);
    }

    /** The names of a service of which only the uuid matters: its entries by name and by region are left alone. */
    private static ServiceIdentity unnamed(String uuid) {
        return new ServiceIdentity(uuid, "", "", "");
    }

    private static ServiceIdentity named(String uuid, Service record) {
        return new ServiceIdentity(uuid, record.getType(), record.getHost(), ServiceRecords.region(record));
    }

    /**
     * @throws InvalidServiceException if that is no maintenance that somebody could want from now on
     */
    public void check(Maintenance maintenance) {
        checkTimes(maintenance);
        if (maintenance.end().filter(end -> !end.isAfter(now())).isPresent()) {
            throw new InvalidServiceException("end", "the maintenance must not have ended already");
        }
    }

    private static void checkTimes(Maintenance maintenance) {
        maintenance.start().ifPresent(start -> checkTime("start", start));
        maintenance.end().ifPresent(end -> {
            checkTime("end", end);
            // Seconds are what is kept of it: it must be possible to write again what was read.
            if (maintenance.start().filter(start -> end.getEpochSecond() <= start.getEpochSecond()).isPresent()) {
                throw new InvalidServiceException("end", "the maintenance must end after it starts, in whole seconds");
            }
        });
        if (maintenance.note().codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new InvalidServiceException("note", "the note is no text: half of a character is missing");
        }
        if (maintenance.note().length() > LONGEST_NOTE) {
            throw new InvalidServiceException("note", "the note must not be longer than " + LONGEST_NOTE + " characters");
        }
    }

    private static void checkTime(String field, Instant time) {
        if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
            throw new InvalidServiceException(field, "the " + field + " of a maintenance must be between " + Instant.EPOCH
                    + " and " + LATEST);
        }
    }

    /** A hold that is in force. */
    State held(Maintenance maintenance, Instant now) {
        Reason reason = maintenance.equals(StoredMaintenance.NONE) ? Reason.OPERATOR : Reason.MAINTENANCE;
        return said(reason, now).setHold(StoredMaintenance.hold(maintenance, by, now)).build();
    }

    State.Builder said(Reason reason, Instant now) {
        return State.newBuilder().setReason(reason).setSince(now.toEpochMilli()).setBy(by);
    }
}
