package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * For how long calls of each kind have had no success, although they were tried. The kinds are counted apart: a member that
 * lags behind its leader renews leases while its reads time out. Times are of a monotonic clock, in nanoseconds.
 */
final class FailureStreaks {

    /**
     * After this time without a failure, calls of a kind are taken to be tried no more. It does not end the streak of that
     * kind: a rare reader must be able to leave a frozen member, too.
     */
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    private final Map<CallKind, Streak> streaks = new EnumMap<>(CallKind.class);

    /** @param start counts as a success of each kind */
    FailureStreaks(long start) {
        for (CallKind kind : CallKind.values()) {
            streaks.put(kind, new Streak(start));
        }
    }

    void succeeded(CallKind kind, long now) {
        streaks.get(kind).succeeded(now);
    }

    /**
     * @param sentAt when the call that failed was sent. A success after that moment shows that the failure says little
     * @return how long the streak of that kind is by now
     */
    Duration failed(CallKind kind, long sentAt, long now) {
        return streaks.get(kind).failed(sentAt, now);
    }

    /** Whether calls of any kind have failed since their last success. */
    boolean areGoingOn(long now) {
        for (Streak streak : streaks.values()) {
            if (streak.isGoingOn(now)) {
                return true;
            }
        }
        return false;
    }

    private static final class Streak {

        private long lastSuccess;
        private boolean failing;
        private long since;
        private long lastFailure;

        Streak(long lastSuccess) {
            this.lastSuccess = lastSuccess;
        }

        void succeeded(long now) {
            failing = false;
            lastSuccess = now;
        }

        Duration failed(long sentAt, long now) {
            if (!failing) {
                failing = true;
                since = sentAt - lastSuccess > 0 ? sentAt : lastSuccess;
            }
            lastFailure = now;
            return Duration.ofNanos(now - since);
        }

        boolean isGoingOn(long now) {
            return failing && now - lastFailure < FORGOTTEN.toNanos();
        }
    }
}
