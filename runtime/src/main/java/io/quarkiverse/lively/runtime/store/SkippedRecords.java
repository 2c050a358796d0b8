package io.quarkiverse.lively.runtime.store;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.jboss.logging.Logger;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;

/** Counts the records that cannot be read, and logs each of them once, whoever comes across it. */
public final class SkippedRecords {

    private static final Logger LOG = Logger.getLogger(SkippedRecords.class);
    /** Past so many, they are only counted. */
    private static final int LOGGED_AT_MOST = 1000;
    /** A key may be as long as a request to etcd. Those that begin alike for so long count as one in the log. */
    private static final int MOST_OF_KEY = 600;

    private final Set<ByteString> logged = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();

    void skip(ByteString key, String why) {
        count.increment();
        ByteString start = start(key);
        if (logged.size() >= LOGGED_AT_MOST || !logged.add(start)) {
            return;
        }
        // The key is somebody else's text: escaped, it cannot forge lines of the log.
        LOG.warnf("Skipped the record \"%s\"%s in etcd: %s. Delete it, or mend who writes it", TextFormat.escapeBytes(start),
                start.size() < key.size() ? "…" : "", why);
        if (logged.size() == LOGGED_AT_MOST) {
            LOG.warnf("%d records in etcd were skipped so far. Further ones are not logged any more", LOGGED_AT_MOST);
        }
    }

    /** Copied, since a part of a key keeps all of it in memory. */
    private static ByteString start(ByteString key) {
        return key.size() <= MOST_OF_KEY ? key : ByteString.copyFrom(key.substring(0, MOST_OF_KEY).toByteArray());
    }

    /** How often a record was skipped. */
    public long count() {
        return count.sum();
    }
}
