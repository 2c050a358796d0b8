package io.quarkiverse.lively.runtime.etcd;

import java.util.List;

/**
 * Hears what is written in a range of keys. It is used once: it ends, for whatever reason, and never begins again by itself.
 * Who wants to go on opens another one, from the revision after the last that it has dealt with.
 */
public interface Watch extends AutoCloseable {

    /** Ends it, without waiting. The listener is not told, and may still hear a late response. */
    @Override
    void close();

    /**
     * Called on threads of the client, which must not be blocked: hop to another one first. One call at a time, but for the
     * end, which may come while another call is under way or about to be made: that one is late then.
     */
    interface Listener {

        /**
         * etcd has accepted the watch. What was written before this moment may still be on its way.
         *
         * @param revision the newest revision of etcd at that time
         */
        void created(long revision);

        void responded(Response response);

        /**
         * It is over. Fails with {@link EtcdException.Kind#COMPACTED} if etcd has forgotten what was asked for, and with
         * {@link EtcdException.Kind#TOO_LARGE} if a response did not fit. Called at most once.
         */
        void ended(EtcdException cause);
    }

    /**
     * All changes of some revisions, in their order; those of one revision are never parted. Without changes it only says that
     * somebody is there.
     *
     * @param revision the newest revision of etcd when it answered, which says nothing of what is still on its way
     */
    record Response(long revision, List<Event> events) {

        public Response {
            events = List.copyOf(events);
        }
    }

    /**
     * A change of one key.
     *
     * @param deleted whether the key is gone; its entry then has no value
     * @param created whether the key was not there before
     * @param entry the key as it is since this change, whose revision is its mod revision
     */
    record Event(boolean deleted, boolean created, KeyValue entry) {
    }
}
