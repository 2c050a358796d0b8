package io.quarkiverse.lively.runtime.metrics;

import io.quarkiverse.lively.runtime.etcd.EtcdException;

/** What became of a call to etcd. */
enum Outcome {

    /** It was done. */
    SUCCESS,
    /** Somebody else was faster: nothing was written, and what is to be written is decided anew. */
    CONFLICT,
    /** The lease that it named does not exist. Nothing was written. */
    LEASE_GONE,
    /** No answer in time. Whether it was done is not known. */
    UNAVAILABLE,
    /** etcd answered that it does not do that. */
    REFUSED;

    static Outcome of(Throwable failure) {
        return switch (EtcdException.of(failure).kind()) {
            case UNAVAILABLE -> UNAVAILABLE;
            case LEASE_NOT_FOUND -> LEASE_GONE;
            case COMPACTED, TOO_LARGE, DENIED, REFUSED -> REFUSED;
        };
    }
}
