package io.quarkiverse.lively.simulation.etcd;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * The server's side of the connection of one client to one member. All requests are those of a client that sends the metadata
 * {@code hasleader}. After the end of the connection, whichever side has ended it, no answer comes.
 */
public interface ServerConnection {

    void commit(Transaction transaction, Answer<Transaction.Result> answer);

    void read(Range range, Answer<Range.Page> answer);

    /** Grants a lease; etcd chooses the id, and grants at least 2 s. */
    void grant(long ttlSeconds, Answer<Etcd.Lease> answer);

    /** Renews a lease. Fails with NOT_FOUND where etcd answers with a TTL of 0. Renewals are answered in their order. */
    void renew(long id, Answer<Etcd.Lease> answer);

    /** Revokes a lease, and fails with NOT_FOUND if there is none. */
    void revoke(long id, Answer<Void> answer);

    /** Gives this connection a token of a user, which it sends with each later request. */
    void authenticate(Answer<Void> answer);

    /**
     * Watches a range on a stream of its own.
     *
     * @param range only its keys matter; an empty {@code to} means the single key
     * @param from the first revision to watch; 0: the next one
     * @param progress whether progress notifications are wanted
     */
    ServerWatch watch(Range range, long from, boolean progress, ServerWatch.Listener listener);

    /** Ends the connection from the client's side. Proposals that are under way may still be committed. */
    void close();
}
