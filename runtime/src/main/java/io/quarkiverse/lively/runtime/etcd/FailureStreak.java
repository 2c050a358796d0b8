package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;

/**
 * Decides when a client has failed for so long that a new one is due. gRPC waits ever longer between two tries to connect, up
 * to two minutes, longer than any lease lives; a new client starts at once. Times are of a monotonic clock, in nanoseconds.
 */
final class FailureStreak {

    private final long patience;
    private long since;
    private boolean failing;

    FailureStreak(Duration patience) {
        this.patience = patience.toNanos();
    }

    void succeeded() {
        failing = false;
    }

    /**
     * @param sentAt when the call that failed was sent
     * @return whether nothing has succeeded for the whole of the patience
     */
    boolean failed(long sentAt, long now) {
        if (!failing) {
            failing = true;
            since = sentAt;
        }
        return now - since >= patience;
    }
}
