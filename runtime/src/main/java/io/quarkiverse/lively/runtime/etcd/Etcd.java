package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The part of etcd that Lively uses. Every call is answered in bounded time or fails with an {@link EtcdException}; no call is
 * repeated, since a repeated write may be a different one. Futures complete on a thread of the client, which must not be
 * blocked: hop to another one first.
 */
public interface Etcd extends AutoCloseable {

    CompletableFuture<Transaction.Result> commit(Transaction transaction);

    CompletableFuture<Range.Page> read(Range range);

    /** Grants a lease. The TTL is rounded up to seconds, and etcd may grant more than was asked for. */
    CompletableFuture<Lease> grantLease(Duration ttl);

    /**
     * Gives a lease its whole TTL again, from some moment between this call and its answer. Fails with
     * {@link EtcdException.Kind#LEASE_NOT_FOUND} if it ran out or was revoked.
     *
     * @param deadline how long to wait for the answer, if the request timeout is not shorter
     */
    CompletableFuture<Lease> renewLease(long id, Duration deadline);

    /** Revokes a lease, and so deletes its keys at once. Revoking one that is gone is no error. */
    CompletableFuture<Void> revokeLease(long id);

    /**
     * Hears of every change of a range, whatever its revision, limit and keysOnly are. Accepted in bounded time, or ended.
     *
     * @param from the first revision to hear of. One that is still to come is accepted in silence
     */
    Watch watch(Range range, long from, Watch.Listener listener);

    /**
     * A watch of single keys, none at first. Unlike with that of a range, nobody waits for etcd to accept it: one that never
     * answers is silent for ever. It is for who looks by himself from time to time, and only wants to hear of changes sooner.
     */
    KeyWatch watchKeys(KeyWatch.Listener listener);

    /** Ends what is under way, without waiting for it: what is pending fails. */
    @Override
    void close();

    /** A lease and how long it lives without a renewal. */
    record Lease(long id, Duration ttl) {
    }
}
