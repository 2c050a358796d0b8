package io.quarkiverse.lively.runtime.registration;

/**
 * The revision of etcd up to which the keys of one service were seen, and whether a later change of them was reported. Only
 * reads and guarded writes of these keys move it: an answer about another service is of a later revision, and proves nothing
 * about this one. Used on the worker thread only.
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
     * All keys of the service that are watched were seen at that revision.
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

    /** All keys that are watched were seen at that revision, at least. */
    void moveOn(long revision) {
        seen = Math.max(seen, revision);
    }
}
