package io.quarkiverse.lively;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How far the local view of the fleet can be relied on. Read before an answer, it is a lower bound: the answer is at least as
 * new.
 *
 * @param state whether the view follows etcd
 * @param revision the revision of etcd up to which the view holds everything; 0 while LOADING
 * @param asOf everything that was written before that moment is in the view; by the wall clock of this application. It is when
 *        etcd was asked a question whose answer the view has caught up with. Empty while LOADING
 * @param age how long ago that is, by a monotonic clock; empty while LOADING. While the view is CURRENT and etcd sends changes
 *        without delay, it is at most the sum of {@code quarkus.lively.view.progress-interval} and
 *        {@code quarkus.lively.etcd.request-timeout}, and usually not much more than the former
 */
public record Freshness(State state, long revision, Optional<Instant> asOf, Optional<Duration> age) {

    /** Whether the view follows etcd. */
    public enum State {
        /** There is no first list yet. Nothing is known, and no service counts as up. */
        LOADING,
        /** Every change arrives, as soon as etcd tells it. */
        CURRENT,
        /**
         * Changes may be missing: the connection to etcd is broken, or etcd refuses to tell what changes, or it is still
         * telling what happened meanwhile or since the first list. The view is as it was, and can be read.
         */
        STALE,
        /**
         * After a break, more than half of the services of some type were gone without a word. They stay in the view
         * for {@code quarkus.lively.view.suspect-limit}, in case etcd lost them rather than they their lives. All else is
         * current.
         */
        SUSPECT
    }

    public Freshness {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(asOf, "asOf");
        Objects.requireNonNull(age, "age");
    }
}
