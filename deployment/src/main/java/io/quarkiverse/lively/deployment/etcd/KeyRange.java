package io.quarkiverse.lively.deployment.etcd;

import java.util.Collections;
import java.util.Comparator;
import java.util.NavigableMap;

import com.google.protobuf.ByteString;

/**
 * Keys as etcd's requests name them: one key if there is no end, all from {@code from} on if the end is one zero
 * byte, else those before the end.
 */
record KeyRange(ByteString from, ByteString end) {

    static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

    static KeyRange of(ByteString key) {
        return new KeyRange(key, ByteString.EMPTY);
    }

    /** Whether it ends before it begins, and has no key. */
    boolean isEmpty() {
        return !end.isEmpty() && !end.equals(ZERO) && ORDER.compare(from, end) >= 0;
    }

    boolean contains(ByteString key) {
        if (end.isEmpty()) {
            return key.equals(from);
        }
        return ORDER.compare(key, from) >= 0 && (end.equals(ZERO) || ORDER.compare(key, end) < 0);
    }

    /** Its part of a map that is ordered by {@link #ORDER}. */
    <T> NavigableMap<ByteString, T> of(NavigableMap<ByteString, T> map) {
        if (end.isEmpty()) {
            return map.subMap(from, true, from, true);
        }
        if (end.equals(ZERO)) {
            return map.tailMap(from, true);
        }
        return isEmpty() ? Collections.emptyNavigableMap() : map.subMap(from, true, end, false);
    }
}
