package io.quarkiverse.lively.runtime.registration;

/**
 * Up to which revision of etcd a service has been seen, and whether somebody was heard to write it after that. It lives on the
 * worker thread.
 */
final class SeenRevision {

    private long seen;
    private long heard;

    /** Everything up to there has been seen; 0 if nothing has. */
    long get() {
        return seen;
    }

    /** Somebody wrote the service at that revision; this process, maybe. */
    void heard(long revision) {
        heard = Math.max(heard, revision);
    }

    /** The last change that was heard of. */
    long lastHeard() {
        return heard;
    }

    /** Whether it was changed after it was seen. */
    boolean isOutdated() {
        return heard > seen;
    }

    /**
     * All of the service was seen at that revision.
     *
     * @param heardBefore the last change that was heard of when it was asked for: it has been seen, whatever its number
     * @return whether etcd has begun anew, since it was wiped
     */
    boolean advance(long revision, long heardBefore) {
        boolean beganAnew = revision < seen;
        seen = revision;
        if (heard == heardBefore) {
            heard = Math.min(heard, revision);
        }
        return beganAnew;
    }
}
