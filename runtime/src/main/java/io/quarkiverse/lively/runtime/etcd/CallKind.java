package io.quarkiverse.lively.runtime.etcd;

/** The kinds of calls that a member may serve or not independently of each other. */
enum CallKind {
    /**
     * A linearizable read, a transaction, or the grant of a lease. It is answered once the member has caught up with its
     * leader.
     */
    REQUEST,
    /** The renewal of a lease, which a member passes on to its leader. A member that lags does so, too. */
    RENEWAL,
    /** The watch of a range. The member serves it from what it has. */
    WATCH
}
