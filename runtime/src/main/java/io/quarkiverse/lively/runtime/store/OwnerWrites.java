package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * The transactions of a process that keeps one service alive.
 */
public final class OwnerWrites {

    private final KeyLayout layout;
    private final ServiceIdentity id;
    private final boolean ephemeral;
    private final boolean keepsLast;
    private final ByteString uuid;

    /** What a claim says outlives it, unless the service is ephemeral. */
    public OwnerWrites(KeyLayout layout, ServiceIdentity id, boolean ephemeral) {
        this(layout, id, ephemeral, true);
    }

    /**
     * @param ephemeral whether everything of the service goes away with the lease of its process
     * @param keepsLast whether what a claim says outlives it; never that of an ephemeral service
     */
    public OwnerWrites(KeyLayout layout, ServiceIdentity id, boolean ephemeral, boolean keepsLast) {
        this.layout = layout;
        this.id = id;
        this.ephemeral = ephemeral;
        this.keepsLast = keepsLast && !ephemeral;
        this.uuid = ByteString.copyFromUtf8(id.uuid());
    }

    public ServiceIdentity identity() {
        return id;
    }

    public boolean isEphemeral() {
        return ephemeral;
    }

    /** Whether two processes say that they listen at the same address: then one of them is gone. */
    public static boolean haveSameAddress(Claim a, Claim b) {
        return a.getPort() != 0 && a.getPort() == b.getPort() && a.getAddress().equals(b.getAddress());
    }

    /** The keys that only its owner writes, unless something is amiss or an operator speaks. */
    public List<ByteString> owned() {
        return List.of(layout.service(id.uuid()), layout.owner(id.uuid()));
    }

    public Transaction look() {
        return Transaction.read(keys());
    }

    /** As {@link #look}, and what the last claim said. */
    Transaction lookWithLast() {
        return Transaction.read(Stream.concat(keys().stream(), Stream.of(layout.last(id.uuid()))).toList());
    }

    Optional<Claim> last(Transaction.Result result) {
        return Entry.parse(result.get(layout.last(id.uuid())), Claim.parser()).value();
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
        return id.hasOtherName(record);
    }

    /** Whether everything of the service that should go away with that lease does, and all else with none. */
    public boolean isUnder(long lease, ServiceKeys seen) {
        long wanted = ephemeral ? lease : 0;
        return Stream.of(seen.service(), seen.state(), seen.history(), isNamed(seen) ? seen.typeHost() : Entry.absent(),
                seen.region()).allMatch(entry -> !entry.exists() || entry.lease() == wanted);
    }

    /**
     * Claims the service and publishes it. A rival goes in the same transaction: that it may is for the caller to find out.
     *
     * @param state says why and since when; with a hold that is still to come, the record keeps its maintenance
     */
    public GuardedWrite register(ServiceKeys seen, Neighbours neighbours, Claim claim, long lease, Status status,
            State state) {
        return publish(claimed(seen, claim, lease), seen, lease, status, state).putInPlace(neighbours).build();
    }

    /** Publishes what is claimed already. */
    public GuardedWrite publish(ServiceKeys seen, long lease, Status status, State state) {
        return publish(write(seen, lease), seen, lease, status, state).build();
    }

    /**
     * Claims a service that somebody else keeps DOWN, and leaves what that one said alone, its names included. Index
     * entries that are missing are put.
     *
     * @param state to be written if the record is not DOWN yet, because the hold has only begun, or has gone with a lease; and
     *        if the record has to be put under this lease. With the hold
     */
    public GuardedWrite claimHeld(ServiceKeys seen, Claim claim, long lease, State state) {
        WriteBuilder write = claimed(seen, claim, lease).putMissingEntries();
        Optional<Service> record = seen.service().value();
        if (record.isEmpty()) {
            write.publishDown(record(seen, state), state);
        } else if (up(seen).isPresent()) {
            write.publishDown(record.get(), state);
        } else if (isUnder(lease, seen)) {
            write.withoutUp();
        } else {
            write.rewrite(record.get(), state).putFormerRegion();
        }
        return write.build();
    }

    /** Rewrites the claim of an owner, and nothing else: it says something new of itself. */
    public GuardedWrite rewriteClaim(ServiceKeys seen, Claim claim, long lease) {
        return claimed(seen, claim, lease).build();
    }

    /** Makes a record its own that somebody who knows no states rewrote: the state says so, the record stays. */
    public GuardedWrite adopt(ServiceKeys seen, long lease, State state) {
        return write(seen, lease).adopt(state).build();
    }

    /** Puts the index entries that are missing, and nothing else. */
    public GuardedWrite putMissingEntries(ServiceKeys seen, long lease) {
        return write(seen, lease).putMissingEntries().build();
    }

    /** Whether {@link #putMissingEntries} would put anything. */
    public boolean entriesAreMissing(ServiceKeys seen) {
        return seen.lackTypeHost(id) || seen.lackRegion(id);
    }

    /**
     * Publishes DOWN, unless it is that already or the record is gone, and gives the claim up. The claim of an ephemeral
     * service stays until {@link #letGo} deletes the service.
     */
    public GuardedWrite stop(ServiceKeys seen, State state) {
        WriteBuilder write = write(seen, seen.owner().lease());
        if (!ephemeral) {
            write.disclaim();
        }
        return up(seen).map(record -> write.publishDown(
                state.hasHold() ? record : StoredMaintenance.put(record, StoredMaintenance.NONE), state))
                .orElseGet(write::withoutUp).build();
    }

    /** Gives the claim up without publishing DOWN: the service expires. An ephemeral one is deleted. Takes no space. */
    public GuardedWrite letGo(ServiceKeys seen) {
        WriteBuilder write = write(seen, 0);
        return (ephemeral ? write.delete(isNamed(seen)) : write.disclaim().withoutUp()).build();
    }

    private WriteBuilder publish(WriteBuilder write, ServiceKeys seen, long lease, Status status, State state) {
        Service record = record(seen, state);
        return status == Status.UP ? write.publishUp(record, lease, state) : write.publishDown(record, state);
    }

    private WriteBuilder claimed(ServiceKeys seen, Claim claim, long lease) {
        return write(seen, lease).claim(claim, lease, keepsLast);
    }

    private WriteBuilder write(ServiceKeys seen, long lease) {
        return new WriteBuilder(layout, id, seen, ephemeral ? lease : 0);
    }

    private static Optional<Service> up(ServiceKeys seen) {
        return seen.service().value().filter(record -> record.getStatus() == Status.UP);
    }

    /** With the maintenance that goes with the hold: as it is stored, or of a record that is gone, as the hold has it. */
    private Service record(ServiceKeys seen, State state) {
        Service named = Service.newBuilder().setUuid(id.uuid()).setType(id.type()).setHost(id.host()).setRegion(id.region())
                .build();
        if (!state.hasHold()) {
            return named;
        }
        return seen.service().value().map(stored -> stored.toBuilder().mergeFrom(named).build())
                .orElseGet(() -> StoredMaintenance.put(named, StoredMaintenance.in(state.getHold())));
    }

    private List<ByteString> keys() {
        return ServiceKeys.keys(layout, id);
    }

    private ByteString name(Service record) {
        return layout.typeHost(record.getType(), record.getHost());
    }

    private ServiceIdentity withUuid(String other) {
        return new ServiceIdentity(other, id.type(), id.host(), id.region());
    }
}
