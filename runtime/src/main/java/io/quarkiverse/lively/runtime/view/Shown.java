package io.quarkiverse.lively.runtime.view;

import java.time.Instant;

import io.quarkiverse.lively.Freshness;

/**
 * What readers see, all of one moment.
 *
 * @param asOf when etcd was last heard of, by the wall clock
 * @param heardAt the same by the monotonic clock, in nanoseconds
 */
record Shown(Fleet fleet, Freshness.State state, Instant asOf, long heardAt) {

    static final Shown NOTHING = new Shown(Fleet.EMPTY, Freshness.State.LOADING, Instant.EPOCH, 0);

    boolean isLoading() {
        return state == Freshness.State.LOADING;
    }
}
