package io.quarkiverse.lively;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * How far the local view of the fleet can be relied on. Read before an answer, it is a lower bound: the answer is at least as
 * new.
 *
 * @param state whether the view follows etcd
 * @param revision the revision of etcd up to which the view holds everything; 0 while LOADING
 * @param asOf when etcd was last heard of, by the wall clock; the epoch while LOADING
 * @param age how long ago that is, by a monotonic clock; as good as for ever while LOADING. What was written longer ago than
 *        this is
 *        in the view, unless it is STALE
 */
public record Freshness(State state, long revision, Instant asOf, Duration age) {

    /** Whether the view follows etcd. */
    public enum State {
        /** There is no first list yet. Nothing is known, and no service counts as up. */
        LOADING,
        /** Every change arrives, as soon as etcd tells it. */
        CURRENT,
        /** The connection to etcd is broken, or what was missed meanwhile is still arriving. The view is as it was. */
        STALE,
        /**
         * After a break, more than half of the services of some type were gone without a word. They stay in the view
         * for a while, in case etcd lost them rather than they their lives. All else is current.
         */
        SUSPECT
    }

    public Freshness {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(asOf, "asOf");
        Objects.requireNonNull(age, "age");
    }
}
