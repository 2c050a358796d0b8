package io.quarkiverse.lively.runtime.store;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jboss.logging.Logger;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;

/** Logs each record that cannot be read, once. */
final class SkippedRecords {

    private static final Logger LOG = Logger.getLogger(SkippedRecords.class);
    /** Past so many, they are left out in silence. */
    private static final int LOGGED_AT_MOST = 1000;

    private final Set<ByteString> logged = ConcurrentHashMap.newKeySet();

    void skip(ByteString key, String why) {
        if (logged.size() < LOGGED_AT_MOST && logged.add(key)) {
            // The key is somebody else's text: escaped, it cannot forge lines of the log.
            LOG.warnf("Skipped the record \"%s\" in etcd: %s. Delete it, or mend who writes it", TextFormat.escapeBytes(key),
                    why);
        }
    }

}
