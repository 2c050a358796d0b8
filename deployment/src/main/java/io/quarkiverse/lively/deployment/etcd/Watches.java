package io.quarkiverse.lively.deployment.etcd;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

/** The watch streams that are open, one of which may end while it is told something. They belong to the thread of the store. */
final class Watches {

    private static final Logger LOG = Logger.getLogger(Watches.class);

    private final Set<WatchStream> streams = new LinkedHashSet<>();

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    /** Tells all what is new. */
    void tell() {
        each(WatchStream::tell);
    }

    /** Tells those who want it how far they are, unless they have been told something since the last time. */
    void tellProgress() {
        each(WatchStream::tellProgress);
    }

    /** One that cannot be told is ended, so that its client asks again, and no reason not to tell the others. */
    private void each(Consumer<WatchStream> action) {
        List.copyOf(streams).forEach(stream -> {
            try {
                action.accept(stream);
            } catch (RuntimeException e) {
                LOG.warn("A watch stream of the embedded etcd failed and is ended", e);
                stream.fail(e);
            }
        });
    }
}
