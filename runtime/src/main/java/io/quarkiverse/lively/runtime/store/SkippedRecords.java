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

    private final Set<ByteString> logged = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();

    void skip(ByteString key, String why) {
        count.increment();
        if (logged.size() < LOGGED_AT_MOST && logged.add(key)) {
            // The key is somebody else's text: escaped, it cannot forge lines of the log.
            LOG.warnf("Skipped the record \"%s\" in etcd: %s. Delete it, or mend who writes it", TextFormat.escapeBytes(key),
                    why);
        }
    }

    /** How often a record was skipped. */
    public long count() {
        return count.sum();
    }
}
