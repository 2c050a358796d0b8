package io.quarkiverse.lively.runtime.view;

import java.time.Instant;

import io.quarkiverse.lively.Freshness;

/**
 * What readers see, all of one moment.
 *
 * @param asOf what was written before is in the fleet
 */
record Shown(Fleet fleet, Freshness.State state, Moment asOf) {

    static final Shown NOTHING = new Shown(Fleet.EMPTY, Freshness.State.LOADING, new Moment(Instant.EPOCH, 0));

    boolean isLoading() {
        return state == Freshness.State.LOADING;
    }
}
