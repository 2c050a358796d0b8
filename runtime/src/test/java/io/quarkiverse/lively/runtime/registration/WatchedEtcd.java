package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;

/** Another etcd, and what is asked of it about leases. */
final class WatchedEtcd extends ForwardingEtcd {

    /** Called on any thread. */
    interface Observer {

        /** etcd has granted or renewed a lease. Times are of the monotonic clock, in nanoseconds. */
        void answered(Lease lease, long sentAt);
    }

    private final Observer observer;

    WatchedEtcd(Etcd etcd, Observer observer) {
        super(etcd);
        this.observer = observer;
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        return observed(System.nanoTime(), super.grantLease(ttl));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return observed(System.nanoTime(), super.renewLease(id, deadline));
    }

    private CompletableFuture<Lease> observed(long sentAt, CompletableFuture<Lease> answer) {
        return answer.whenComplete((lease, failure) -> {
            if (failure == null) {
                observer.answered(lease, sentAt);
            }
        });
    }
}
