package io.quarkiverse.lively.runtime.etcd;

import java.util.List;

import com.google.protobuf.ByteString;

/**
 * Keys to read.
 *
 * @param from the first, included
 * @param to the last, excluded
 * @param revision the revision to read at; 0: the newest
 * @param limit at most so many
 * @param keysOnly leave the values empty
 * @param newestFirst in the order in which they were changed last, newest first; else in their own order. etcd then
 *        looks at all of them, however low the limit is
 */
public record Range(ByteString from, ByteString to, long revision, int limit, boolean keysOnly, boolean newestFirst) {

    /** For who wants an answer, whatever it is. */
    static final Range ANYTHING = new Range(ByteString.copyFromUtf8("a"), ByteString.copyFromUtf8("b"), 0, 1, true);

    public Range(ByteString from, ByteString to, long revision, int limit, boolean keysOnly) {
        this(from, to, revision, limit, keysOnly, false);
    }

    public Range at(long otherRevision) {
        return new Range(from, to, otherRevision, limit, keysOnly, newestFirst);
    }

    public Range limitedTo(int otherLimit) {
        return new Range(from, to, revision, otherLimit, keysOnly, newestFirst);
    }

    /** What of this range comes after that key. */
    public Range after(ByteString key) {
        return new Range(key.concat(ByteString.copyFrom(new byte[1])), to, revision, limit, keysOnly, newestFirst);
    }

    /** Only the key that was changed last, without its value. */
    public Range newest() {
        return new Range(from, to, revision, 1, true, true);
    }

    /**
     * What a range holds.
     *
     * @param revision the newest revision of etcd when it answered
     * @param more whether the limit left something out
     * @param count how many keys there are, those included that the limit left out
     */
    public record Page(List<KeyValue> entries, long revision, boolean more, long count) {
    }
}
