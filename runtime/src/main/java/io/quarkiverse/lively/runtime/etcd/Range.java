package io.quarkiverse.lively.runtime.etcd;

import java.util.List;

import com.google.protobuf.ByteString;

/**
 * Keys to read, in their order.
 *
 * @param from the first, included
 * @param to the last, excluded
 * @param revision the revision to read at; 0: the newest
 * @param limit at most so many
 * @param keysOnly leave the values empty
 */
public record Range(ByteString from, ByteString to, long revision, int limit, boolean keysOnly) {

    public Range at(long otherRevision) {
        return new Range(from, to, otherRevision, limit, keysOnly);
    }

    public Range limitedTo(int otherLimit) {
        return new Range(from, to, revision, otherLimit, keysOnly);
    }

    /** What of this range comes after that key. */
    public Range after(ByteString key) {
        return new Range(key.concat(ByteString.copyFrom(new byte[1])), to, revision, limit, keysOnly);
    }

    /**
     * What a range holds.
     *
     * @param revision the newest revision of etcd when it answered
     * @param more whether the limit left something out
     */
    public record Page(List<KeyValue> entries, long revision, boolean more) {
    }
}
