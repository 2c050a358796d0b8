package io.quarkiverse.lively.runtime.metrics;

import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;

/**
 * Is told what happens in Lively, to measure it. By default nobody measures, and nothing is done. Called on any thread; an
 * implementation returns at once, and throws nothing.
 */
public interface LivelyMetrics {

    /** Nobody measures. */
    LivelyMetrics NONE = new LivelyMetrics() {
    };

    /** Who asks etcd. */
    enum Caller {
        /** What keeps the services of this process registered. */
        REGISTRATION,
        /** What the application asks, and says of services. */
        REGISTRY,
        /** The local view. */
        VIEW
    }

    /** Why a service that was registered is not any more, without having been closed. */
    enum Loss {
        /** Its lease could not be renewed in time, and may have run out. */
        LEASE_EXPIRED,
        /** etcd does not know its lease any more: it ran out, was revoked, or etcd was wiped. */
        LEASE_GONE,
        /** Somebody deleted its keys, and they cannot be put back. */
        KEYS_DELETED,
        /** Another process registered as the same service. */
        FENCED
    }

    /** The same etcd, whose calls are measured. */
    default Etcd metered(Etcd etcd, Caller caller) {
        return etcd;
    }

    /**
     * What can be asked at any time from now on. None of it blocks.
     *
     * @param own the registration of this application
     * @param view how far the view can be relied on; empty while nothing uses it
     * @param skipped how often a record was skipped, as it could not be read
     * @param failures how often an observer threw something
     */
    default void observe(Registration own, Supplier<Optional<Freshness>> view, LongSupplier skipped, LongSupplier failures) {
    }

    /** A service of this process is not registered any more. */
    default void lost(Loss why) {
    }

    /**
     * The view shows a service as it was not shown before. Called by one thread at a time, for the first list as well.
     *
     * @param previous empty if it was not shown
     * @param current empty if it is not shown any more
     */
    default void changed(Optional<ServiceRecord> previous, Optional<ServiceRecord> current) {
    }

    /** The view tells its subscribers, however many there are, of an event. */
    default void told(LivenessEvent event) {
    }

    /** The application ends: measures nothing new from now on. */
    default void close() {
    }
}
