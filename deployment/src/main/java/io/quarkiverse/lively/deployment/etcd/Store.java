package io.quarkiverse.lively.deployment.etcd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;

/**
 * All keys, as they are and as they were at each revision since the last compaction. What is written is seen by reads
 * at once, and becomes one revision with {@link #commit()}. It belongs to one thread.
 */
final class Store {

    private static final long FIRST_REVISION = 1;

    /** By key, then by revision. A deletion is the bare key with the revision, as in its event. */
    private final NavigableMap<ByteString, NavigableMap<Long, KeyValue>> keys = new TreeMap<>(KeyRange.ORDER);
    private final NavigableMap<Long, List<Event>> history = new TreeMap<>();
    private final Runnable listener;
    private List<Event> changes = new ArrayList<>();
    private long committed = FIRST_REVISION;
    private long compacted = -1;

    /**
     * @param listener is called when there is a new revision, or less of the past
     */
    Store(Runnable listener) {
        this.listener = listener;
    }

    /** That of the last write, be it committed or not. */
    long revision() {
        return changes.isEmpty() ? committed : committed + 1;
    }

    /** The last that was forgotten in parts; -1 if none was. */
    long compactedRevision() {
        return compacted;
    }

    Optional<KeyValue> find(ByteString key) {
        return find(key, revision());
    }

    /** As it was at that revision; empty also if that is not known any more. */
    Optional<KeyValue> find(ByteString key, long revision) {
        return revision < compacted ? Optional.empty()
                : Optional.ofNullable(keys.get(key)).flatMap(past -> present(past, revision));
    }

    /** By key. */
    List<KeyValue> read(KeyRange range) {
        return read(range, revision());
    }

    /**
     * By key, as they were at that revision.
     *
     * @param revision 0 or less for now
     */
    List<KeyValue> read(KeyRange range, long revision) {
        checkReadable(revision);
        long at = revision <= 0 ? revision() : revision;
        return range.of(keys).values().stream().flatMap(past -> present(past, at).stream()).toList();
    }

    /** Refuses a revision, other than 0 or less for now, that does not exist yet or any more. */
    void checkReadable(long revision) {
        if (revision > revision()) {
            throw EtcdError.FUTURE_REVISION.exception();
        }
        if (revision > 0 && revision < compacted) {
            throw EtcdError.COMPACTED.exception();
        }
    }

    void put(ByteString key, ByteString value, long lease) {
        Optional<KeyValue> before = find(key);
        long revision = committed + 1;
        write(Event.EventType.PUT, KeyValue.newBuilder().setKey(key).setValue(value).setLease(lease)
                .setModRevision(revision)
                .setCreateRevision(before.map(KeyValue::getCreateRevision).orElse(revision))
                .setVersion(before.map(KeyValue::getVersion).orElse(0L) + 1)
                .build());
    }

    /** Returns what was there. */
    List<KeyValue> delete(KeyRange range) {
        List<KeyValue> before = read(range);
        before.forEach(entry -> write(Event.EventType.DELETE,
                KeyValue.newBuilder().setKey(entry.getKey()).setModRevision(committed + 1).build()));
        return before;
    }

    /** Makes one revision of what was written since the last one, if anything was. */
    void commit() {
        if (!changes.isEmpty()) {
            List<Event> events = changes;
            changes = new ArrayList<>();
            committed++;
            history.put(committed, events);
            listener.run();
        }
    }

    /** What happened from that revision on, by revision. */
    Map<Long, List<Event>> since(long revision) {
        return history.tailMap(revision, true);
    }

    /** Forgets what was before that revision. */
    void compact(long revision) {
        if (revision <= compacted) {
            throw EtcdError.COMPACTED.exception();
        }
        if (revision > committed) {
            throw EtcdError.FUTURE_REVISION.exception();
        }
        compacted = revision;
        history.headMap(revision).clear();
        keys.values().forEach(past -> {
            Long last = past.floorKey(revision);
            if (last != null) {
                past.headMap(last, !isPresent(past.get(last))).clear();
            }
        });
        keys.values().removeIf(Map::isEmpty);
        listener.run();
    }

    private void write(Event.EventType type, KeyValue entry) {
        keys.computeIfAbsent(entry.getKey(), key -> new TreeMap<>()).put(entry.getModRevision(), entry);
        changes.add(Event.newBuilder().setType(type).setKv(entry).build());
    }

    private static Optional<KeyValue> present(NavigableMap<Long, KeyValue> past, long revision) {
        return Optional.ofNullable(past.floorEntry(revision)).map(Map.Entry::getValue).filter(Store::isPresent);
    }

    private static boolean isPresent(KeyValue entry) {
        return entry.getVersion() > 0;
    }
}
