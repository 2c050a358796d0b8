package io.quarkiverse.lively.deployment.etcd;

import java.util.List;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** etcd's service {@code Lease}. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {

    private final Store store;
    private final Leases leases;

    LeaseService(Store store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
        Calls.answer(observer, () -> {
            Leases.Lease lease = leases.grant(request.getID(), request.getTTL());
            return LeaseGrantResponse.newBuilder().setHeader(header()).setID(lease.id()).setTTL(lease.ttl()).build();
        });
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
        Calls.answer(observer, () -> {
            leases.revoke(request.getID());
            return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
        });
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> observer) {
        // With a handler, an answer that comes too late is dropped instead of thrown back.
        ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(() -> {
        });
        return new StreamObserver<>() {

            @Override
            public void onNext(LeaseKeepAliveRequest request) {
                long ttl = leases.renew(request.getID()).map(Leases.Lease::ttl).orElse(0L);
                observer.onNext(
                        LeaseKeepAliveResponse.newBuilder().setHeader(header()).setID(request.getID()).setTTL(ttl).build());
            }

            @Override
            public void onError(Throwable failure) {
                // The client is gone.
            }

            @Override
            public void onCompleted() {
                observer.onCompleted();
            }
        };
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
        Calls.answer(observer, () -> {
            LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder().setHeader(header())
                    .setID(request.getID());
            return leases.find(request.getID())
                    .map(lease -> response.setTTL(leases.secondsLeft(lease)).setGrantedTTL(lease.ttl())
                            .addAllKeys(request.getKeys() ? leases.keys(lease.id()) : List.of()).build())
                    .orElseGet(() -> response.setTTL(-1).build());
        });
    }

    private ResponseHeader header() {
        return Headers.at(store.revision());
    }
}
