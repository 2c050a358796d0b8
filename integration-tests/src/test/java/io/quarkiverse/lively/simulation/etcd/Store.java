package io.quarkiverse.lively.simulation.etcd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Watch;

/**
 * All keys, as they are and as they were at each revision. A compaction removes nothing here: each member refuses what it has
 * compacted, and the witness reads all. The writes of one transaction become one revision with {@link #commit()}; reads see
 * them before.
 */
final class Store {

    static final long FIRST_REVISION = 1;

    private static final Comparator<ByteString> BY_BYTES = Store::compare;

    private final Map<ByteString, List<Version>> byKey = new HashMap<>();
    private final NavigableMap<ByteString, List<Version>> sorted = new TreeMap<>(BY_BYTES);
    private final List<Revision> history = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private List<Watch.Event> events = new ArrayList<>();

    /** All that one revision changed. */
    record Revision(List<Change> changes, List<Watch.Event> events) {
    }

    /** @param entry null if the key was deleted at that revision */
    private record Version(long revision, long created, KeyValue entry) {
    }

    Store() {
    }

    Store(Store other) {
        other.sorted.forEach((key, versions) -> {
            List<Version> copy = new ArrayList<>(versions);
            byKey.put(key, copy);
            sorted.put(key, copy);
        });
        history.addAll(other.history);
    }

    /** That of the last commit. */
    long revision() {
        return FIRST_REVISION + history.size();
    }

    /** That of the writes since the last commit; that of the last commit if there are none. */
    long openRevision() {
        return changes.isEmpty() ? revision() : revision() + 1;
    }

    /** @param number greater than {@link #FIRST_REVISION} */
    Revision revision(long number) {
        return history.get((int) (number - FIRST_REVISION) - 1);
    }

    /** The key as it is, the open transaction included; null if it does not exist. */
    KeyValue find(ByteString key) {
        List<Version> versions = byKey.get(key);
        return versions == null ? null : versions.get(versions.size() - 1).entry;
    }

    /** The key as it was at that revision; null if it did not exist. */
    KeyValue find(ByteString key, long revision) {
        List<Version> versions = byKey.get(key);
        return versions == null ? null : at(versions, revision);
    }

    /** By key. */
    List<KeyValue> read(ByteString from, ByteString to, long revision) {
        List<KeyValue> found = new ArrayList<>();
        for (List<Version> versions : versions(from, to)) {
            KeyValue entry = at(versions, revision);
            if (entry != null) {
                found.add(entry);
            }
        }
        return found;
    }

    /** As a member answers that has applied so many revisions. Which revision is asked for has been checked before. */
    Range.Page page(Range range, long applied) {
        List<KeyValue> found = read(range.from(), range.to(), range.revision() <= 0 ? applied : range.revision());
        long count = found.size();
        boolean more = range.limit() > 0 && count > range.limit();
        if (range.newestFirst()) {
            found.sort(Comparator.comparingLong(KeyValue::modRevision).reversed());
        }
        if (more) {
            found = new ArrayList<>(found.subList(0, range.limit()));
        }
        if (range.keysOnly()) {
            found.replaceAll(entry -> new KeyValue(entry.key(), ByteString.EMPTY, entry.modRevision(), entry.lease()));
        }
        return new Range.Page(found, applied, more, count);
    }

    void put(ByteString key, ByteString value, long lease) {
        List<Version> versions = byKey.get(key);
        if (versions == null) {
            versions = new ArrayList<>(2);
            byKey.put(key, versions);
            sorted.put(key, versions);
        }
        Version last = versions.isEmpty() ? null : versions.get(versions.size() - 1);
        boolean isNew = last == null || last.entry == null;
        long revision = revision() + 1;
        KeyValue entry = new KeyValue(key, value, revision, lease);
        versions.add(new Version(revision, isNew ? revision : last.created, entry));
        changes.add(new Change(key, isNew ? null : last.entry, entry));
        events.add(new Watch.Event(false, isNew, entry));
    }

    /** @return whether the key existed */
    boolean delete(ByteString key) {
        KeyValue before = find(key);
        if (before == null) {
            return false;
        }
        long revision = revision() + 1;
        byKey.get(key).add(new Version(revision, 0, null));
        changes.add(new Change(key, before, null));
        events.add(new Watch.Event(true, false, new KeyValue(key, ByteString.EMPTY, revision, 0)));
        return true;
    }

    /** @return what was written since the last commit; null if nothing was, in which case there is no new revision */
    Revision commit() {
        if (changes.isEmpty()) {
            return null;
        }
        Revision revision = new Revision(List.copyOf(changes), List.copyOf(events));
        changes = new ArrayList<>();
        events = new ArrayList<>();
        history.add(revision);
        return revision;
    }

    private Collection<List<Version>> versions(ByteString from, ByteString to) {
        KeyRange range = new KeyRange(from, to);
        if (range.isSingle()) {
            List<Version> versions = byKey.get(from);
            return versions == null ? List.of() : List.of(versions);
        }
        if (range.isEndless()) {
            return sorted.tailMap(from, true).values();
        }
        return range.isEmpty() ? List.of() : sorted.subMap(from, true, to, false).values();
    }

    private static KeyValue at(List<Version> versions, long revision) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            Version version = versions.get(i);
            if (version.revision <= revision) {
                return version.entry;
            }
        }
        return null;
    }

    /** The order of etcd: bytes without a sign. */
    static int compare(ByteString one, ByteString other) {
        int length = Math.min(one.size(), other.size());
        for (int i = 0; i < length; i++) {
            int difference = (one.byteAt(i) & 0xff) - (other.byteAt(i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return one.size() - other.size();
    }
}
