package io.quarkiverse.lively.deployment.etcd;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;

/** etcd's service {@code KV}. */
final class KeyValueService extends KVGrpc.KVImplBase {

    private final Store store;
    private final Operations operations;
    private final Transactions transactions;

    KeyValueService(Store store, Leases leases) {
        this.store = store;
        this.operations = new Operations(store, leases);
        this.transactions = new Transactions(store, operations);
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
        Calls.answer(observer, () -> {
            Operations.checkKey(request.getKey());
            return operations.range(request).toBuilder().setHeader(Headers.at(store.revision())).build();
        });
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        Calls.answer(observer, () -> {
            Operations.checkForm(request);
            operations.checkLease(request);
            operations.checkPrevious(request);
            PutResponse response = operations.put(request);
            store.commit();
            return response.toBuilder().setHeader(Headers.at(store.revision())).build();
        });
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
        Calls.answer(observer, () -> {
            Operations.checkKey(request.getKey());
            DeleteRangeResponse response = operations.delete(request);
            store.commit();
            return response.toBuilder().setHeader(Headers.at(store.revision())).build();
        });
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
        Calls.answer(observer, () -> {
            TxnResponse response = transactions.execute(request);
            store.commit();
            return response.toBuilder().setHeader(Headers.at(store.revision())).build();
        });
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
        Calls.answer(observer, () -> {
            store.compact(request.getRevision());
            return CompactionResponse.newBuilder().setHeader(Headers.at(store.revision())).build();
        });
    }
}
