package io.quarkiverse.lively.runtime.etcd;

import com.google.protobuf.ByteString;

/**
 * Tells at once that single keys were written or deleted, any number of them on one stream. It is used once: it ends, for
 * whatever reason, and never begins again by itself.
 */
public interface KeyWatch extends AutoCloseable {

    /**
     * Watches a key from now on.
     *
     * @param from the first revision to hear of
     */
    void add(ByteString key, long from);

    /** Watches a key no more. A change that is on its way may still be told. */
    void remove(ByteString key);

    /** Ends it, without waiting. The listener is not told, and may still hear of a late change. */
    @Override
    void close();

    /**
     * Called on threads of the client, which must not be blocked: hop to another one first. One call at a time, but for the
     * end, which may come while another call is under way or about to be made: that one is late then.
     */
    interface Listener {

        void changed(ByteString key, long revision);

        /**
         * It is over. Fails with {@link EtcdException.Kind#COMPACTED} if etcd has forgotten what was asked for. Called at most
         * once.
         */
        void ended(EtcdException cause);
    }
}
