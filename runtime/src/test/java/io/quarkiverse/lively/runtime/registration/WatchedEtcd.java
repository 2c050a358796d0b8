package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyWatch;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;

/** Another etcd, and what is asked of it about leases. */
final class WatchedEtcd implements Etcd {

    /** Called on any thread. */
    interface Observer {

        /** etcd has granted or renewed a lease. Times are of the monotonic clock, in nanoseconds. */
        void answered(Lease lease, long sentAt);
    }

    private final Etcd etcd;
    private final Observer observer;

    WatchedEtcd(Etcd etcd, Observer observer) {
        this.etcd = etcd;
        this.observer = observer;
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
        return observed(System.nanoTime(), etcd.grantLease(ttl));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return observed(System.nanoTime(), etcd.renewLease(id, deadline));
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

    private CompletableFuture<Lease> observed(long sentAt, CompletableFuture<Lease> answer) {
        return answer.whenComplete((lease, failure) -> {
            if (failure == null) {
                observer.answered(lease, sentAt);
            }
        });
    }
}
