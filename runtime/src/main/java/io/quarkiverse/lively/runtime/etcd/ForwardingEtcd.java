package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks another etcd, for whoever wants to add something to some of the calls. */
public abstract class ForwardingEtcd implements Etcd {

    private final Etcd etcd;

    protected ForwardingEtcd(Etcd etcd) {
        this.etcd = etcd;
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return etcd.commit(transaction);
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return etcd.read(range);
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        return etcd.grantLease(ttl);
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return etcd.renewLease(id, deadline);
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return etcd.revokeLease(id);
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        return etcd.watch(range, from, listener);
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        return etcd.watchKeys(listener);
    }

    @Override
    public void close() {
        etcd.close();
    }
}
