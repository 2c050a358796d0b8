package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * What etcd has of one service. Each key is null if it does not exist; the names are those of the protocol. Does not change
 * once it is made.
 */
final class StoredService {

    final String uuid;
    KeyValue recordEntry;
    KeyValue up;
    KeyValue down;
    KeyValue ownerEntry;
    KeyValue stateEntry;
    KeyValue historyEntry;
    KeyValue lastEntry;
    /** Null if there is no record. */
    Service record;
    /** Null if there is no owner. */
    Claim owner;
    /** Null if there is none. */
    State state;

    StoredService(String uuid) {
        this.uuid = uuid;
    }

    StoredService copy() {
        StoredService copy = new StoredService(uuid);
        copy.recordEntry = recordEntry;
        copy.up = up;
        copy.down = down;
        copy.ownerEntry = ownerEntry;
        copy.stateEntry = stateEntry;
        copy.historyEntry = historyEntry;
        copy.lastEntry = lastEntry;
        copy.record = record;
        copy.owner = owner;
        copy.state = state;
        return copy;
    }

    void set(String folder, KeyValue entry) {
        switch (folder) {
            case Services.RECORD -> {
                recordEntry = entry;
                record = parse(entry, Service.parser());
            }
            case Services.UP -> up = entry;
            case Services.DOWN -> down = entry;
            case Services.OWNER -> {
                ownerEntry = entry;
                owner = parse(entry, Claim.parser());
            }
            case Services.STATE -> {
                stateEntry = entry;
                state = parse(entry, State.parser());
            }
            case Services.LAST -> lastEntry = entry;
            default -> historyEntry = entry;
        }
    }

    boolean isUp() {
        return record != null && record.getStatus() == Status.UP && up != null;
    }

    boolean saysUp() {
        return record != null && record.getStatus() == Status.UP;
    }

    boolean saysDown() {
        return record != null && record.getStatus() == Status.DOWN;
    }

    boolean isOwnedBy(String incarnation) {
        return owner != null && owner.getIncarnation().equals(incarnation);
    }

    /** The fencing token of its owner. */
    long token() {
        return owner.getToken() == 0 ? ownerEntry.modRevision() : owner.getToken();
    }

    /** Whether the writer of the record also wrote the state, or a later one. */
    boolean stateIsCurrent() {
        return record != null && state != null && stateEntry.modRevision() >= recordEntry.modRevision();
    }

    /** The hold that the state has, whether or not it is in force. */
    Optional<Hold> statedHold() {
        return stateIsCurrent() && state.hasHold() ? Optional.of(state.getHold()) : Optional.empty();
    }

    /** Whether a client that knows no states has written DOWN. */
    boolean isDownByOthers() {
        return saysDown() && !stateIsCurrent();
    }

    static boolean isOver(Hold hold, Instant now) {
        return hold.getEnd() != 0 && hold.getEnd() <= now.toEpochMilli();
    }

    static boolean isInForce(Hold hold, Instant now) {
        return hold.getStart() <= now.toEpochMilli() && !isOver(hold, now);
    }

    List<io.quarkiverse.lively.runtime.store.proto.Transition> history() {
        return historyEntry == null ? List.of() : parse(historyEntry, History.parser()).getTransitionsList();
    }

    private static <T> T parse(KeyValue entry, Parser<T> parser) {
        try {
            return entry == null ? null : parser.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("no client writes what cannot be read", e);
        }
    }

    private static String revision(KeyValue entry) {
        return entry == null ? "-" : entry.modRevision() + (entry.lease() == 0 ? "" : "/" + Long.toHexString(entry.lease()));
    }

    @Override
    public String toString() {
        return uuid + ": U " + revision(recordEntry) + (record == null ? "" : " " + record.getStatus()) + ", S_UP "
                + revision(up)
                + ", S_DOWN " + revision(down) + ", O " + revision(ownerEntry)
                + (owner == null ? "" : " " + owner.getIncarnation() + " token " + token()) + ", N " + revision(stateEntry)
                + (state == null ? ""
                        : " " + state.getReason() + " by " + state.getBy()
                                + (state.hasHold()
                                        ? " held by " + state.getHold().getBy() + " from " + state.getHold().getStart()
                                                + " to " + state.getHold().getEnd()
                                        : ""));
    }

    /** The key with that name, for a message. */
    static String text(ByteString key) {
        return key.toStringUtf8();
    }
}
