package io.quarkiverse.lively.runtime.store;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;

/** Of the keys that are there, those that changed last. It forgets the others. */
final class RecentKeys {

    private static final int REVISIONS = 32;

    /** None of them is empty. A transaction has no more than 128 keys. */
    private final TreeMap<Long, Map<ByteString, KeyValue>> byRevision = new TreeMap<>();

    void put(KeyValue entry) {
        if (byRevision.size() < REVISIONS || entry.modRevision() >= byRevision.firstKey()) {
            byRevision.computeIfAbsent(entry.modRevision(), revision -> new HashMap<>()).put(entry.key(), entry);
            if (byRevision.size() > REVISIONS) {
                byRevision.pollFirstEntry();
            }
        }
    }

    void remove(ByteString key) {
        byRevision.values().forEach(keys -> keys.remove(key));
        byRevision.values().removeIf(Map::isEmpty);
    }

    /** The revision that changed the newest of them; empty if that one is forgotten. */
    OptionalLong newestRevision() {
        return byRevision.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byRevision.lastKey());
    }

    /** Those of that revision. */
    Map<ByteString, KeyValue> newest() {
        return byRevision.isEmpty() ? Map.of() : byRevision.lastEntry().getValue();
    }
}
