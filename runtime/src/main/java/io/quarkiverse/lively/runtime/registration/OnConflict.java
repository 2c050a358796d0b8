package io.quarkiverse.lively.runtime.registration;

/** What to do if another process owns the service when this one claims it for the first time. */
public enum OnConflict {
    /** Take it over; the other one is fenced. */
    TAKEOVER,
    /** Claim it once the other one is gone. */
    WAIT,
    /** Never register it. */
    FAIL
}
