package io.quarkiverse.lively.benchmark;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/** The limit: etcd by nothing but the stubs that gRPC makes, on a channel without options. */
final class RawEtcd implements AutoCloseable {

    /** More does not make it faster here. */
    static final int IN_FLIGHT = 256;
    private static final int PAGE = 50_000;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub blocking;
    private final KVGrpc.KVStub async;

    RawEtcd(String url) {
        URI uri = URI.create(url);
        channel = ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort()).usePlaintext().directExecutor()
                .maxInboundMessageSize(64 << 20).build();
        blocking = KVGrpc.newBlockingStub(channel);
        async = KVGrpc.newStub(channel);
    }

    RangeResponse get(ByteString key) {
        return blocking.range(RangeRequest.newBuilder().setKey(key).build());
    }

    TxnResponse commit(TxnRequest transaction) {
        TxnResponse response = blocking.txn(transaction);
        if (!response.getSucceeded()) {
            throw new IllegalStateException("A guard did not hold: " + transaction);
        }
        return response;
    }

    /** All of them, in the order in which they are sent, so many at once. */
    void commitAll(Iterable<TxnRequest> transactions, int inFlight) throws InterruptedException {
        Semaphore room = new Semaphore(inFlight);
        for (TxnRequest transaction : transactions) {
            room.acquire();
            async.txn(transaction, new StreamObserver<>() {
                @Override
                public void onNext(TxnResponse response) {
                    if (!response.getSucceeded()) {
                        onError(new IllegalStateException("A guard did not hold"));
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    failure.printStackTrace();
                    System.exit(1);
                }

                @Override
                public void onCompleted() {
                    room.release();
                }
            });
        }
        room.acquire(inFlight);
    }

    /** All keys of a range at one revision, page by page. */
    List<KeyValue> readAll(ByteString from, ByteString to) {
        List<KeyValue> all = new ArrayList<>();
        RangeRequest.Builder next = RangeRequest.newBuilder().setKey(from).setRangeEnd(to).setLimit(PAGE);
        while (true) {
            RangeResponse page = blocking.range(next.build());
            all.addAll(page.getKvsList());
            if (!page.getMore()) {
                return all;
            }
            if (next.getRevision() == 0) {
                next.setRevision(page.getHeader().getRevision());
            }
            next.setKey(all.get(all.size() - 1).getKey().concat(ByteString.copyFrom(new byte[1])));
        }
    }

    /** Returns once etcd has accepted it. */
    AutoCloseable watch(ByteString from, ByteString to, Consumer<WatchResponse> consumer) throws InterruptedException {
        CountDownLatch accepted = new CountDownLatch(1);
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                if (response.getCreated()) {
                    accepted.countDown();
                } else {
                    consumer.accept(response);
                }
            }

            @Override
            public void onError(Throwable failure) {
                // It was closed.
            }

            @Override
            public void onCompleted() {
            }
        });
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(from).setRangeEnd(to)).build());
        accepted.await();
        return requests::onCompleted;
    }

    long grantLease(long seconds) {
        return LeaseGrpc.newBlockingStub(channel).leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build()).getID();
    }

    /** As it goes over the wire. */
    static TxnRequest request(Transaction transaction) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        transaction.compares().forEach(compare -> request.addCompare(compare(compare)));
        transaction.then().forEach(operation -> request.addSuccess(operation(operation)));
        transaction.otherwise().forEach(operation -> request.addFailure(operation(operation)));
        return request.build();
    }

    private static Compare compare(Transaction.Compare compare) {
        if (compare instanceof Transaction.ModRevisionIs is) {
            return Compare.newBuilder().setKey(is.key()).setTarget(Compare.CompareTarget.MOD)
                    .setResult(Compare.CompareResult.EQUAL).setModRevision(is.revision()).build();
        }
        Transaction.ValueIs is = (Transaction.ValueIs) compare;
        return Compare.newBuilder().setKey(is.key()).setTarget(Compare.CompareTarget.VALUE)
                .setResult(Compare.CompareResult.EQUAL).setValue(is.value()).build();
    }

    private static RequestOp operation(Transaction.Operation operation) {
        if (operation instanceof Transaction.Put put) {
            return RequestOp.newBuilder().setRequestPut(
                    PutRequest.newBuilder().setKey(put.key()).setValue(put.value()).setLease(put.lease())).build();
        }
        if (operation instanceof Transaction.Delete delete) {
            return RequestOp.newBuilder().setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(delete.key())).build();
        }
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(((Transaction.Get) operation).key())).build();
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
}
