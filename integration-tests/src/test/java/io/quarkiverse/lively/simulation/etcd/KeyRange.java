package io.quarkiverse.lively.simulation.etcd;

import com.google.protobuf.ByteString;

/**
 * Keys, as etcd names them.
 *
 * @param to the first key that is left out; empty for the single key; a zero byte for all keys that follow
 */
record KeyRange(ByteString from, ByteString to) {

    /** Also if the end comes right after the single key. */
    boolean isSingle() {
        return to.isEmpty() || to.size() == from.size() + 1 && to.byteAt(from.size()) == 0 && to.startsWith(from);
    }

    boolean isEndless() {
        return to.size() == 1 && to.byteAt(0) == 0;
    }

    boolean isEmpty() {
        return !isSingle() && !isEndless() && Store.compare(from, to) >= 0;
    }

    boolean contains(ByteString key) {
        return isSingle() ? key.equals(from)
                : Store.compare(key, from) >= 0 && (isEndless() || Store.compare(key, to) < 0);
    }
}
