package io.quarkiverse.lively.simulation.etcd;

import java.util.List;

import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * One revision.
 *
 * @param time the true time in nanoseconds since the start of the run
 * @param who the client that asked for it, as it named itself to {@link EtcdMember#connect}; etcd itself: {@value #ETCD}
 * @param transaction the object that the client passed; null unless the cause is a transaction
 * @param lease the lease that ended; 0 if the cause is a transaction
 * @param changes in the order of the events of a watch
 */
public record Commit(long revision, long time, String who, Cause cause, Transaction transaction, long lease,
        List<Change> changes) {

    /** The client of a commit that no client asked for. */
    public static final String ETCD = "etcd";

    /** Of all that it stores, bytes included. */
    public long hash() {
        long hash = revision;
        for (Change change : changes) {
            hash = hash * 31 + change.key().hashCode();
            hash = hash * 31 + (change.after() == null ? 0 : change.after().value().hashCode() * 31L + change.after().lease());
        }
        return hash;
    }

    /** The kinds of commits. */
    public enum Cause {
        TRANSACTION,
        LEASE_REVOKED,
        LEASE_EXPIRED
    }
}
