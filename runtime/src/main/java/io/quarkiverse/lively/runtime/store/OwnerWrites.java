package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Compare;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.etcd.Transaction.ValueIs;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.store.proto.Transition;

/**
 * The transactions of a process that keeps one service alive. Each is guarded by the revisions of what was seen, and keeps the
 * invariant that a record is UP only together with its entry under UP.
 */
public final class OwnerWrites {

    private static final int HISTORY = 32;

    private final KeyLayout layout;
    private final ServiceIdentity id;
    private final ByteString uuid;

    public OwnerWrites(KeyLayout layout, ServiceIdentity id) {
        this.layout = layout;
        this.id = id;
        this.uuid = ByteString.copyFromUtf8(id.uuid());
    }

    public Transaction look() {
        return Transaction.read(keys());
    }

    public ServiceKeys seen(Transaction.Result result) {
        return ServiceKeys.of(layout, id, result);
    }

    /** Whether the type and host name this service. */
    public boolean isNamed(ServiceKeys seen) {
        return seen.typeHost().value().filter(uuid::equals).isPresent();
    }

    /** The other service that the type and host of this one name, if any. What cannot be a uuid names none. */
    public Optional<String> rival(ServiceKeys seen) {
        return seen.typeHost().value().filter(holder -> !holder.equals(uuid)).flatMap(ServiceIdentity::uuidIn);
    }

    /** Whether {@link #register} needs to know the neighbours. */
    public boolean hasNeighbours(ServiceKeys seen) {
        return rival(seen).isPresent() || seen.service().value().filter(this::hasOtherName).isPresent();
    }

    public Transaction lookAtNeighbours(ServiceKeys seen) {
        List<ByteString> keys = new ArrayList<>();
        rival(seen).ifPresent(rival -> keys.addAll(ServiceKeys.keys(layout, withUuid(rival))));
        seen.service().value().filter(this::hasOtherName).ifPresent(former -> keys.add(name(former)));
        return Transaction.read(keys);
    }

    public Neighbours neighbours(ServiceKeys seen, Transaction.Result result) {
        Optional<String> rival = rival(seen);
        return new Neighbours(rival,
                rival.map(other -> ServiceKeys.of(layout, withUuid(other), result)).orElse(ServiceKeys.ABSENT),
                seen.service().value().filter(this::hasOtherName)
                        .map(former -> Entry.raw(result.get(name(former)))).orElseGet(Entry::absent));
    }

    /** Whether that record has the names of this service: its type, host and region. */
    public boolean isInPlace(Service record) {
        return !hasOtherName(record) && record.getRegion().equals(id.region());
    }

    /** Whether that record has another type or host than this service. */
    public boolean hasOtherName(Service record) {
        return !record.getType().equals(id.type()) || !record.getHost().equals(id.host());
    }

    /**
     * Claims the service and publishes it UP. A rival goes in the same transaction: that it may is for the caller to find out.
     *
     * @param state says why and since when; with a hold that is still to come, the record keeps its maintenance
     */
    public GuardedWrite register(ServiceKeys seen, Neighbours neighbours, Claim claim, long lease, State state) {
        Service record = record(seen, Status.UP, state.hasHold());
        History history = history(seen, Status.UP, state);

        List<Compare> guards = guards(seen);
        guards.add(new ModRevisionIs(typeHost(), seen.typeHost().modRevision()));
        List<Operation> writes = new ArrayList<>(List.of(
                new Put(layout.service(id.uuid()), record.toByteString(), 0),
                new Put(layout.up(id.uuid()), ByteString.EMPTY, lease),
                new Put(layout.owner(id.uuid()), claim.toByteString(), lease),
                new Put(layout.state(id.uuid()), state.toByteString(), 0),
                new Put(layout.history(id.uuid()), history.toByteString(), 0),
                new Put(typeHost(), uuid, 0),
                new Put(region(), ByteString.EMPTY, 0),
                new Delete(layout.down(id.uuid()))));
        leaveFormerPlaces(seen, neighbours, guards, writes);
        displaceRival(neighbours, guards, writes);

        return write(guards, writes, revision -> new ServiceKeys(Entry.of(record, revision, 0),
                Entry.of(ByteString.EMPTY, revision, lease), Entry.of(claim, revision, lease), Entry.of(state, revision, 0),
                Entry.of(history, revision, 0), Entry.of(uuid, revision, 0), Entry.of(ByteString.EMPTY, revision, 0)));
    }

    /**
     * Claims a service that somebody else keeps DOWN, and leaves what that one said alone. Index entries that are missing are
     * put.
     *
     * @param state to be written if the record is still UP because the hold has only begun
     */
    public GuardedWrite claimHeld(ServiceKeys seen, Claim claim, long lease, State state) {
        List<Compare> guards = guards(seen);
        List<Operation> writes = missingEntries(seen, guards);
        writes.add(new Put(layout.owner(id.uuid()), claim.toByteString(), lease));
        writes.add(new Delete(layout.up(id.uuid())));
        Optional<Published> down = publishDown(seen, state, writes);
        return write(guards, writes, revision -> withPublished(withEntries(seen, revision), down, revision)
                .withUp(Entry.absent()).withOwner(Entry.of(claim, revision, lease)));
    }

    /** Makes a record its own that somebody who knows no states rewrote: the state says so, the record stays. */
    public GuardedWrite adopt(ServiceKeys seen, State state) {
        History history = history(seen, Status.UP, state);
        List<Operation> writes = List.of(new Put(layout.state(id.uuid()), state.toByteString(), 0),
                new Put(layout.history(id.uuid()), history.toByteString(), 0));
        return write(guards(seen), writes, revision -> new ServiceKeys(seen.service(), seen.up(), seen.owner(),
                Entry.of(state, revision, 0), Entry.of(history, revision, 0), seen.typeHost(), seen.region()));
    }

    /** Puts the index entries that are missing, and nothing else. */
    public GuardedWrite putMissingEntries(ServiceKeys seen) {
        List<Compare> guards = guards(seen);
        List<Operation> writes = missingEntries(seen, guards);
        return write(guards, writes, revision -> withEntries(seen, revision));
    }

    /** Whether {@link #putMissingEntries} would put anything. */
    public static boolean entriesAreMissing(ServiceKeys seen) {
        return !seen.typeHost().exists() || !seen.region().exists();
    }

    /** Publishes DOWN, unless it is that already or the record is gone, and gives the claim up. */
    public GuardedWrite stop(ServiceKeys seen, State state) {
        List<Operation> writes = new ArrayList<>(
                List.of(new Delete(layout.up(id.uuid())), new Delete(layout.owner(id.uuid()))));
        Optional<Published> down = publishDown(seen, state, writes);
        return write(guards(seen), writes, revision -> withPublished(seen, down, revision)
                .withUp(Entry.absent()).withOwner(Entry.absent()));
    }

    private List<ByteString> keys() {
        return ServiceKeys.keys(layout, id);
    }

    private GuardedWrite write(List<Compare> guards, List<Operation> writes,
            LongFunction<ServiceKeys> then) {
        return new GuardedWrite(new Transaction(guards, writes, Transaction.gets(keys())), then);
    }

    /** The revision of the claim alone would let a write through that lands in between; and a wiped etcd repeats revisions. */
    private List<Compare> guards(ServiceKeys seen) {
        List<Compare> guards = new ArrayList<>(List.of(
                new ModRevisionIs(layout.service(id.uuid()), seen.service().modRevision()),
                new ModRevisionIs(layout.owner(id.uuid()), seen.owner().modRevision()),
                new ModRevisionIs(layout.state(id.uuid()), seen.state().modRevision())));
        seen.owner().value().ifPresent(claim -> guards.add(new ValueIs(layout.owner(id.uuid()), claim.toByteString())));
        return guards;
    }

    private record Published(Service record, State state, History history) {
    }

    private Optional<Published> publishDown(ServiceKeys seen, State state, List<Operation> writes) {
        if (seen.service().value().filter(record -> record.getStatus() == Status.UP).isEmpty()) {
            return Optional.empty();
        }
        Published down = new Published(record(seen, Status.DOWN, state.hasHold()), state, history(seen, Status.DOWN, state));
        writes.add(new Put(layout.service(id.uuid()), down.record().toByteString(), 0));
        writes.add(new Put(layout.down(id.uuid()), ByteString.EMPTY, 0));
        writes.add(new Put(layout.state(id.uuid()), state.toByteString(), 0));
        writes.add(new Put(layout.history(id.uuid()), down.history().toByteString(), 0));
        return Optional.of(down);
    }

    private static ServiceKeys withPublished(ServiceKeys seen, Optional<Published> published, long revision) {
        return published.map(p -> new ServiceKeys(Entry.of(p.record(), revision, 0), seen.up(), seen.owner(),
                Entry.of(p.state(), revision, 0), Entry.of(p.history(), revision, 0), seen.typeHost(), seen.region()))
                .orElse(seen);
    }

    private Service record(ServiceKeys seen, Status status, boolean withMaintenance) {
        Service.Builder record = withMaintenance ? seen.service().value().orElseGet(Service::getDefaultInstance).toBuilder()
                : Service.newBuilder();
        return record.setUuid(id.uuid()).setType(id.type()).setHost(id.host()).setRegion(id.region()).setStatus(status).build();
    }

    private static History history(ServiceKeys seen, Status status, State state) {
        List<Transition> transitions = new ArrayList<>(
                seen.history().value().orElseGet(History::getDefaultInstance).getTransitionsList());
        transitions.add(Transition.newBuilder().setSince(state.getSince()).setStatus(status).setReason(state.getReason())
                .setBy(state.getBy()).build());
        int tooMany = Math.max(0, transitions.size() - HISTORY);
        return History.newBuilder().addAllTransitions(transitions.subList(tooMany, transitions.size())).build();
    }

    private List<Operation> missingEntries(ServiceKeys seen, List<Compare> guards) {
        List<Operation> writes = new ArrayList<>();
        if (!seen.typeHost().exists()) {
            guards.add(new ModRevisionIs(typeHost(), 0));
            writes.add(new Put(typeHost(), uuid, 0));
        }
        if (!seen.region().exists()) {
            writes.add(new Put(region(), ByteString.EMPTY, 0));
        }
        return writes;
    }

    private ServiceKeys withEntries(ServiceKeys seen, long revision) {
        return new ServiceKeys(seen.service(), seen.up(), seen.owner(), seen.state(), seen.history(),
                seen.typeHost().exists() ? seen.typeHost() : Entry.of(uuid, revision, 0),
                seen.region().exists() ? seen.region() : Entry.of(ByteString.EMPTY, revision, 0));
    }

    private void leaveFormerPlaces(ServiceKeys seen, Neighbours neighbours, List<Compare> guards, List<Operation> writes) {
        seen.service().value().ifPresent(former -> {
            if (hasOtherName(former) && neighbours.formerName().value().filter(uuid::equals).isPresent()) {
                guards.add(new ModRevisionIs(name(former), neighbours.formerName().modRevision()));
                writes.add(new Delete(name(former)));
            }
            if (!ServiceRecords.region(former).equals(id.region())) {
                writes.add(new Delete(layout.region(ServiceRecords.region(former), id.uuid())));
            }
        });
    }

    private void displaceRival(Neighbours neighbours, List<Compare> guards, List<Operation> writes) {
        neighbours.rival().ifPresent(rival -> {
            ServiceKeys seen = neighbours.rivalKeys();
            guards.add(new ModRevisionIs(layout.service(rival), seen.service().modRevision()));
            seen.service().value().filter(record -> !hasOtherName(record)).ifPresent(record -> {
                guards.add(new ModRevisionIs(layout.up(rival), 0));
                guards.add(new ModRevisionIs(layout.owner(rival), 0));
                writes.add(new Delete(layout.service(rival)));
                writes.add(new Delete(layout.down(rival)));
                writes.add(new Delete(layout.region(ServiceRecords.region(record), rival)));
                writes.add(new Delete(layout.state(rival)));
                writes.add(new Delete(layout.history(rival)));
            });
        });
    }

    private ByteString typeHost() {
        return layout.typeHost(id.type(), id.host());
    }

    private ByteString region() {
        return layout.region(id.region(), id.uuid());
    }

    private ByteString name(Service record) {
        return layout.typeHost(record.getType(), record.getHost());
    }

    private ServiceIdentity withUuid(String other) {
        return new ServiceIdentity(other, id.type(), id.host(), id.region());
    }
}
