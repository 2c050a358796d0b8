package io.quarkiverse.lively.runtime.etcd;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;

/**
 * Transactions and reads by the stubs that gRPC makes. jetcd's own calls change threads three times for one answer and copy
 * each key and value twice. Answers come on the thread that reads from the network.
 */
final class KeyValueCalls {

    private final Channel channel;

    KeyValueCalls(Channel channel) {
        this.channel = channel;
    }

    CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        transaction.compares().forEach(compare -> request.addCompare(compare(compare)));
        transaction.then().forEach(operation -> request.addSuccess(operation(operation)));
        transaction.otherwise().forEach(operation -> request.addFailure(operation(operation)));
        return call(KVGrpc.getTxnMethod(), request.build()).thenApply(KeyValueCalls::result);
    }

    CompletableFuture<Range.Page> read(Range range) {
        RangeRequest.Builder request = RangeRequest.newBuilder().setKey(range.from()).setRangeEnd(range.to())
                .setRevision(range.revision()).setLimit(range.limit()).setKeysOnly(range.keysOnly());
        if (range.newestFirst()) {
            request.setSortTarget(RangeRequest.SortTarget.MOD).setSortOrder(RangeRequest.SortOrder.DESCEND);
        }
        return call(KVGrpc.getRangeMethod(), request.build()).thenApply(KeyValueCalls::page);
    }

    private <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request) {
        return UnaryCall.send(channel, method, CallOptions.DEFAULT, request);
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
        RequestOp.Builder request = RequestOp.newBuilder();
        if (operation instanceof Transaction.Put put) {
            request.setRequestPut(PutRequest.newBuilder().setKey(put.key()).setValue(put.value()).setLease(put.lease()));
        } else if (operation instanceof Transaction.Delete delete) {
            request.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(delete.key()));
        } else {
            Transaction.Get get = (Transaction.Get) operation;
            request.setRequestRange(RangeRequest.newBuilder().setKey(get.key()).setRevision(get.revision()));
        }
        return request.build();
    }

    private static Transaction.Result result(TxnResponse response) {
        Map<ByteString, KeyValue> found = new HashMap<>();
        for (ResponseOp answer : response.getResponsesList()) {
            entries(answer.getResponseRange()).forEach(entry -> found.put(entry.key(), entry));
        }
        return new Transaction.Result(response.getSucceeded(), response.getHeader().getRevision(), found);
    }

    private static Range.Page page(RangeResponse response) {
        return new Range.Page(entries(response), response.getHeader().getRevision(), response.getMore(), response.getCount());
    }

    /** Of a put or a delete there are none. */
    private static List<KeyValue> entries(RangeResponse response) {
        return response.getKvsList().stream().map(KeyValueCalls::keyValue).toList();
    }

    private static KeyValue keyValue(io.etcd.jetcd.api.KeyValue entry) {
        return new KeyValue(entry.getKey(), entry.getValue(), entry.getModRevision(), entry.getLease());
    }
}
