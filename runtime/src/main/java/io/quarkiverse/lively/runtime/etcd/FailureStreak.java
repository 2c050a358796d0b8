package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;

/**
 * For how long nothing has succeeded, although something was tried. Times are of a monotonic clock, in nanoseconds.
 */
final class FailureStreak {

    private long lastSuccess;
    private long since;
    private boolean failing;

    /**
     * @param start counts as a success
     */
    FailureStreak(long start) {
        lastSuccess = start;
    }

    void succeeded(long now) {
        failing = false;
        lastSuccess = now;
    }

    /**
     * @param sentAt when the call that failed was sent; what succeeded after that shows that it says little
     * @return how long the streak is by now
     */
    Duration failed(long sentAt, long now) {
        if (!failing) {
            failing = true;
            since = sentAt - lastSuccess > 0 ? sentAt : lastSuccess;
        }
        return Duration.ofNanos(now - since);
    }
}
