package io.quarkiverse.lively.simulation.etcd;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Watch;

/** A watch at a member. */
public interface ServerWatch {

    /** Ends the watch from the client's side; nothing comes any more. Idempotent. */
    void cancel();

    /** Receives what the member sends, in its order. */
    interface Listener {

        /** @param revision that the member has applied */
        void created(long revision);

        void responded(Watch.Response response);

        /**
         * The member has ended the watch or its stream. The status is the one that production makes of it: OUT_OF_RANGE if
         * the revision has been compacted, FAILED_PRECONDITION with the reason if the member has cancelled the watch alone.
         */
        void ended(StatusRuntimeException status);
    }
}
