package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
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
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.store.proto.Transition;

/**
 * Puts one guarded write of a service together. Every write is guarded by the revisions of the record, the claim and the state,
 * and keeps the invariant that a record is UP only together with its entry under UP. No key is written twice.
 */
final class WriteBuilder {

    /** How many transitions are kept. */
    static final int HISTORY = 32;
    /** So many characters of a note are kept in a transition. */
    static final int LONGEST_NOTE = 500;
    private static final String END_WITHOUT_A_WORD = "It ended without a word, after the last write and before this claim";

    private final KeyLayout layout;
    private final ServiceIdentity id;
    private final ByteString uuid;
    private final ServiceKeys seen;
    private final long lease;
    private final List<Compare> guards = new ArrayList<>();
    private final List<Operation> writes = new ArrayList<>();

    private boolean claims;
    private boolean endIsMissing;
    private LongFunction<Entry<Service>> service;
    private LongFunction<Entry<ByteString>> up;
    private LongFunction<Entry<Claim>> owner;
    private LongFunction<Entry<State>> state;
    private LongFunction<Entry<History>> history;
    private LongFunction<Entry<ByteString>> typeHost;
    private LongFunction<Entry<ByteString>> region;

    /**
     * @param id the names of the service as they are to be
     * @param seen its keys as they were seen
     * @param lease of what has none of its own: of all keys but those that say that somebody keeps the service alive
     */
    WriteBuilder(KeyLayout layout, ServiceIdentity id, ServiceKeys seen, long lease) {
        this.layout = layout;
        this.id = id;
        this.uuid = ByteString.copyFromUtf8(id.uuid());
        this.seen = seen;
        this.lease = lease;
        service = revision -> seen.service();
        up = revision -> seen.up();
        owner = revision -> seen.owner();
        state = revision -> seen.state();
        history = revision -> seen.history();
        typeHost = revision -> seen.typeHost();
        region = revision -> seen.region();
        // The revision of the claim alone would let a write through that lands in between; and a wiped etcd repeats revisions.
        guards.add(new ModRevisionIs(layout.service(id.uuid()), seen.service().modRevision()));
        guards.add(new ModRevisionIs(layout.owner(id.uuid()), seen.owner().modRevision()));
        guards.add(new ModRevisionIs(layout.state(id.uuid()), seen.state().modRevision()));
        if (seen.owner().exists()) {
            guards.add(new ValueIs(layout.owner(id.uuid()), seen.owner().bytes()));
        }
    }

    GuardedWrite build() {
        return new GuardedWrite(new Transaction(guards, writes, Transaction.gets(ServiceKeys.keys(layout, id))),
                revision -> new ServiceKeys(service.apply(revision), up.apply(revision), owner.apply(revision),
                        state.apply(revision), history.apply(revision), typeHost.apply(revision), region.apply(revision)));
    }

    /** The record is UP, for as long as that lease lives. */
    WriteBuilder publishUp(Service record, long upLease, State said) {
        putRecord(record.toBuilder().setStatus(Status.UP).build(), said);
        writes.add(new Put(layout.up(id.uuid()), ByteString.EMPTY, upLease));
        writes.add(new Delete(layout.down(id.uuid())));
        up = revision -> Entry.of(ByteString.EMPTY, revision, upLease);
        return transition(Status.UP, said);
    }

    /** The record is DOWN. */
    WriteBuilder publishDown(Service record, State said) {
        putRecord(record.toBuilder().setStatus(Status.DOWN).build(), said);
        writes.add(new Put(layout.down(id.uuid()), ByteString.EMPTY, lease));
        return withoutUp().transition(Status.DOWN, said);
    }

    /** The record changes, and its status does not. */
    WriteBuilder rewrite(Service record, State said) {
        putRecord(record, said);
        putHistoryUnderLease();
        if (record.getStatus() == Status.UP) {
            // Its lease may end meanwhile, and the answer to the writer says whether the service is alive.
            guards.add(new ModRevisionIs(layout.up(id.uuid()), seen.up().modRevision()));
            return this;
        }
        writes.add(new Put(layout.down(id.uuid()), ByteString.EMPTY, lease));
        return withoutUp();
    }

    /** Only the state changes, to say who rewrote the record. */
    WriteBuilder adopt(State said) {
        putState(said);
        return transition(Status.UP, said);
    }

    /**
     * A new claim gets a new fencing token. A claim that only replaces its own, under the same lease, keeps the token. To be
     * called before the service is published: it may be the first to know of the end of the former owner.
     *
     * @param keepsLast whether what it says stays as the last known when the claim is gone
     */
    WriteBuilder claim(Claim claim, long ownerLease, boolean keepsLast) {
        boolean isOwn = seen.owner().lease() == ownerLease && seen.owner().value()
                .filter(present -> present.getIncarnation().equals(claim.getIncarnation())).isPresent();
        Claim written = isOwn ? claim.toBuilder().setToken(seen.fencingToken()).build() : claim;
        writes.add(new Put(layout.owner(id.uuid()), written.toByteString(), ownerLease));
        writes.add(keepsLast ? new Put(layout.last(id.uuid()), claim.toByteString(), 0) : new Delete(layout.last(id.uuid())));
        owner = revision -> Entry.of(written, revision, ownerLease);
        claims = true;
        if (!seen.isClaimed()) {
            // A service without an owner may expire at any moment, and this claim is to say so.
            guards.add(new ModRevisionIs(layout.up(id.uuid()), seen.up().modRevision()));
        }
        endIsMissing = hasEndedWithoutAWord(claim);
        return this;
    }

    /**
     * Whether the history says UP of a former owner that is gone: its claim has expired, or another process listens where it
     * did. The end of the owner that claims again is none.
     */
    private boolean hasEndedWithoutAWord(Claim next) {
        if (seen.service().value().filter(record -> record.getStatus() == Status.UP).isEmpty()) {
            return false;
        }
        if (seen.isClaimed()) {
            return seen.up().exists() && seen.owner().value().filter(former -> !former.getIncarnation().equals(
                    next.getIncarnation()) && OwnerWrites.haveSameAddress(former, next)).isPresent();
        }
        return !seen.up().exists() && !lastOwner().equals(next.getIncarnation());
    }

    /** The incarnation, or another writer, that published the record as UP; empty if that is not known. */
    private String lastOwner() {
        Optional<String> said = seen.state().value().filter(state -> seen.stateIsCurrent()).map(State::getBy)
                .filter(by -> !by.equals(Holds.SOMEBODY));
        return said.orElseGet(() -> transitions().stream().filter(logged -> logged.getStatus() == Status.UP)
                .map(Transition::getBy).filter(by -> !by.equals(Holds.SOMEBODY)).reduce("", (earlier, later) -> later));
    }

    WriteBuilder disclaim() {
        writes.add(new Delete(layout.owner(id.uuid())));
        owner = revision -> Entry.absent();
        return this;
    }

    WriteBuilder withoutUp() {
        writes.add(new Delete(layout.up(id.uuid())));
        up = revision -> Entry.absent();
        return this;
    }

    /** The service is found under its type and host, and in its region, and no longer where it was before. */
    WriteBuilder putInPlace(Neighbours neighbours) {
        guards.add(new ModRevisionIs(typeHostKey(), seen.typeHost().modRevision()));
        putTypeHost();
        putRegion();
        leaveFormerPlaces(neighbours);
        displaceRival(neighbours);
        return this;
    }

    /** As {@link #putInPlace}, but only what is missing of a record that is in place, or would go away with another lease. */
    WriteBuilder putMissingEntries() {
        boolean named = seen.typeHost().value().filter(uuid::equals).isPresent();
        if (seen.lackTypeHost(id) || named && seen.typeHost().lease() != lease) {
            guards.add(new ModRevisionIs(typeHostKey(), seen.typeHost().modRevision()));
            putTypeHost();
        }
        if (seen.lackRegion(id) || seen.region().exists() && seen.region().lease() != lease) {
            putRegion();
        }
        return this;
    }

    /** The entry of the region that the record has, if that is another one than the service is to have. */
    WriteBuilder putFormerRegion() {
        formerRegion().ifPresent(former -> writes.add(new Put(layout.region(former, id.uuid()), ByteString.EMPTY, lease)));
        return this;
    }

    /** Nothing of the service is left. */
    WriteBuilder delete(boolean withTypeHost) {
        if (withTypeHost) {
            guards.add(new ModRevisionIs(typeHostKey(), seen.typeHost().modRevision()));
            writes.add(new Delete(typeHostKey()));
            typeHost = revision -> Entry.absent();
        }
        writes.add(new Delete(layout.service(id.uuid())));
        writes.add(new Delete(layout.down(id.uuid())));
        writes.add(new Delete(layout.region(id.region(), id.uuid())));
        formerRegion().ifPresent(former -> writes.add(new Delete(layout.region(former, id.uuid()))));
        writes.add(new Delete(layout.state(id.uuid())));
        writes.add(new Delete(layout.history(id.uuid())));
        writes.add(new Delete(layout.last(id.uuid())));
        service = revision -> Entry.absent();
        region = revision -> Entry.absent();
        state = revision -> Entry.absent();
        history = revision -> Entry.absent();
        return withoutUp().disclaim();
    }

    private void putRecord(Service record, State said) {
        writes.add(new Put(layout.service(id.uuid()), record.toByteString(), lease));
        service = revision -> Entry.of(record, revision, lease);
        putState(said);
    }

    private void putState(State said) {
        writes.add(new Put(layout.state(id.uuid()), said.toByteString(), lease));
        state = revision -> Entry.of(said, revision, lease);
    }

    private WriteBuilder transition(Status status, State said) {
        List<Transition> transitions = new ArrayList<>(transitions());
        if (endIsMissing) {
            transitions.add(Transition.newBuilder().setSince(said.getSince()).setStatus(Status.UP).setReason(Reason.EXPIRED)
                    .setBy(Holds.SOMEBODY).setNote(END_WITHOUT_A_WORD).build());
        }
        Transition.Builder transition = Transition.newBuilder().setSince(said.getSince()).setStatus(status)
                .setReason(said.getReason()).setBy(said.getBy()).setByName(said.getByName());
        if (status == Status.DOWN && said.hasHold()
                && Holds.isInForce(said.getHold(), Instant.ofEpochMilli(said.getSince()))) {
            transition.setByName(said.getHold().getBy()).setNote(shortened(said.getHold().getNote()));
        }
        if (status == Status.UP && !claims && isOwner(said) && lastIsLift(transitions)) {
            // Another party has lifted a DOWN, and the owner does what follows from it: that is one act of that party.
            Transition lift = transitions.remove(transitions.size() - 1);
            transition.setReason(lift.getReason()).setByName(lift.getByName().isEmpty() ? lift.getBy() : lift.getByName());
        }
        transitions.add(transition.build());
        int tooMany = Math.max(0, transitions.size() - HISTORY);
        History log = History.newBuilder().addAllTransitions(transitions.subList(tooMany, transitions.size())).build();
        writes.add(new Put(layout.history(id.uuid()), log.toByteString(), lease));
        history = revision -> Entry.of(log, revision, lease);
        return this;
    }

    private boolean isOwner(State said) {
        return seen.owner().value().filter(owner -> owner.getIncarnation().equals(said.getBy())).isPresent();
    }

    /** Whether the newest transition is the end of a DOWN by another party, and nothing was said since. */
    private boolean lastIsLift(List<Transition> transitions) {
        Optional<State> lifted = seen.state().value()
                .filter(state -> seen.stateIsCurrent() && state.getReason() == Reason.OPERATOR && !state.hasHold());
        return !transitions.isEmpty() && lifted.filter(state -> {
            Transition last = transitions.get(transitions.size() - 1);
            return last.getStatus() == Status.DOWN && last.getReason() == Reason.OPERATOR
                    && last.getSince() == state.getSince() && last.getBy().equals(state.getBy());
        }).isPresent();
    }

    private List<Transition> transitions() {
        return seen.history().value().orElseGet(History::getDefaultInstance).getTransitionsList();
    }

    /** The history has many of them. */
    private static String shortened(String note) {
        return note.codePointCount(0, note.length()) <= LONGEST_NOTE ? note
                : note.substring(0, note.offsetByCodePoints(0, LONGEST_NOTE - 1)) + "…";
    }

    /** It goes away with the record. */
    private void putHistoryUnderLease() {
        Entry<History> present = seen.history();
        if (present.exists() && present.lease() != lease) {
            writes.add(new Put(layout.history(id.uuid()), present.bytes(), lease));
            history = revision -> new Entry<>(present.value(), present.bytes(), revision, lease);
        }
    }

    private void putTypeHost() {
        writes.add(new Put(typeHostKey(), uuid, lease));
        typeHost = revision -> Entry.of(uuid, revision, lease);
    }

    private void putRegion() {
        writes.add(new Put(layout.region(id.region(), id.uuid()), ByteString.EMPTY, lease));
        region = revision -> Entry.of(ByteString.EMPTY, revision, lease);
    }

    private void leaveFormerPlaces(Neighbours neighbours) {
        seen.service().value().ifPresent(former -> {
            if (id.hasOtherName(former) && neighbours.formerName().value().filter(uuid::equals).isPresent()) {
                ByteString formerName = layout.typeHost(former.getType(), former.getHost());
                guards.add(new ModRevisionIs(formerName, neighbours.formerName().modRevision()));
                writes.add(new Delete(formerName));
            }
        });
        formerRegion().ifPresent(former -> writes.add(new Delete(layout.region(former, id.uuid()))));
    }

    /** The region of the record; empty if there is none, or if it is the one that the service is to have. */
    private Optional<String> formerRegion() {
        return seen.service().value().map(ServiceRecords::region).filter(former -> !former.equals(id.region()));
    }

    /** That the rival may go is for the caller to find out; that nothing of it has changed since is guarded here. */
    private void displaceRival(Neighbours neighbours) {
        neighbours.rival().ifPresent(rival -> {
            ServiceKeys rivalKeys = neighbours.rivalKeys();
            guards.add(new ModRevisionIs(layout.service(rival), rivalKeys.service().modRevision()));
            rivalKeys.service().value().filter(record -> !id.hasOtherName(record)).ifPresent(record -> {
                guards.add(new ModRevisionIs(layout.up(rival), 0));
                guards.add(new ModRevisionIs(layout.owner(rival), rivalKeys.owner().modRevision()));
                writes.add(new Delete(layout.service(rival)));
                writes.add(new Delete(layout.down(rival)));
                writes.add(new Delete(layout.region(ServiceRecords.region(record), rival)));
                if (rivalKeys.owner().exists()) {
                    writes.add(new Delete(layout.owner(rival)));
                }
                writes.add(new Delete(layout.state(rival)));
                writes.add(new Delete(layout.history(rival)));
                writes.add(new Delete(layout.last(rival)));
            });
        });
    }

    private ByteString typeHostKey() {
        return layout.typeHost(id.type(), id.host());
    }
}
