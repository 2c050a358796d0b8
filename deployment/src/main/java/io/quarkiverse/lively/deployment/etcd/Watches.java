package io.quarkiverse.lively.deployment.etcd;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The watch streams that are open, one of which may end while it is told something. They belong to the thread of the store. */
final class Watches {

    private final Set<WatchStream> streams = new LinkedHashSet<>();

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    /** Tells all what is new. */
    void tell() {
        List.copyOf(streams).forEach(WatchStream::tell);
    }

    /** Tells those who want it how far they are, unless they have been told something since the last time. */
    void tellProgress() {
        List.copyOf(streams).forEach(WatchStream::tellProgress);
    }
}
