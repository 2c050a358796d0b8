package io.quarkiverse.lively.deployment.etcd;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;

/** Compares, and then executes one branch or the other, all of it or nothing. There is none inside another. */
final class Transactions {

    private static final int MAX_OPERATIONS = 128;
    /** The API of jetcd is older than the compare of leases, so that it is among the unknown fields. */
    private static final int LEASE_TARGET = 4;
    private static final int LEASE_FIELD = 8;

    private final Store store;
    private final Operations operations;

    Transactions(Store store, Operations operations) {
        this.store = store;
        this.operations = operations;
    }

    /** What it writes is not committed yet. */
    TxnResponse execute(TxnRequest request) {
        checkForm(request);
        boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
        List<RequestOp> branch = succeeded ? request.getSuccessList() : request.getFailureList();
        branch.stream().filter(RequestOp::hasRequestPut).map(RequestOp::getRequestPut).forEach(put -> {
            operations.checkPrevious(put);
            operations.checkLease(put);
        });
        branch.stream().filter(RequestOp::hasRequestRange)
                .forEach(operation -> store.checkReadable(operation.getRequestRange().getRevision()));
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
        branch.forEach(operation -> response.addResponses(execute(operation)));
        return response.setHeader(ResponseHeader.newBuilder().setRevision(store.revision())).build();
    }

    private ResponseOp execute(RequestOp operation) {
        ResponseOp.Builder response = ResponseOp.newBuilder();
        return switch (operation.getRequestCase()) {
            case REQUEST_RANGE -> response.setResponseRange(operations.range(operation.getRequestRange())).build();
            case REQUEST_PUT -> response.setResponsePut(operations.put(operation.getRequestPut())).build();
            case REQUEST_DELETE_RANGE -> response.setResponseDeleteRange(operations.delete(operation.getRequestDeleteRange()))
                    .build();
            default -> response.build();
        };
    }

    /** For every key of a range. A key that is not there has no value to compare, and is 0 in every other respect. */
    private boolean holds(Compare compare) {
        List<KeyValue> found = store.read(new KeyRange(compare.getKey(), compare.getRangeEnd()));
        if (found.isEmpty()) {
            return compare.getTarget() != Compare.CompareTarget.VALUE && holds(compare, KeyValue.getDefaultInstance());
        }
        return found.stream().allMatch(entry -> holds(compare, entry));
    }

    private static boolean holds(Compare compare, KeyValue entry) {
        int order = order(compare, entry);
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            default -> throw EtcdError.UNKNOWN_COMPARE.exception();
        };
    }

    private static int order(Compare compare, KeyValue entry) {
        if (compare.getTargetValue() == LEASE_TARGET) {
            long lease = compare.getUnknownFields().getField(LEASE_FIELD).getVarintList().stream().findFirst().orElse(0L);
            return Long.compare(entry.getLease(), lease);
        }
        return switch (compare.getTarget()) {
            case VERSION -> Long.compare(entry.getVersion(), compare.getVersion());
            case CREATE -> Long.compare(entry.getCreateRevision(), compare.getCreateRevision());
            case MOD -> Long.compare(entry.getModRevision(), compare.getModRevision());
            case VALUE -> KeyRange.ORDER.compare(entry.getValue(), compare.getValue());
            default -> throw EtcdError.UNKNOWN_COMPARE.exception();
        };
    }

    private static void checkForm(TxnRequest request) {
        int size = Math.max(request.getCompareCount(), Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (size > MAX_OPERATIONS) {
            throw EtcdError.TOO_MANY_OPERATIONS.exception();
        }
        request.getCompareList().forEach(compare -> Operations.checkKey(compare.getKey()));
        Stream.concat(request.getSuccessList().stream(), request.getFailureList().stream()).forEach(Transactions::checkForm);
        checkDuplicates(request.getSuccessList());
        checkDuplicates(request.getFailureList());
    }

    private static void checkForm(RequestOp operation) {
        switch (operation.getRequestCase()) {
            case REQUEST_RANGE -> Operations.checkKey(operation.getRequestRange().getKey());
            case REQUEST_PUT -> Operations.checkForm(operation.getRequestPut());
            case REQUEST_DELETE_RANGE -> Operations.checkKey(operation.getRequestDeleteRange().getKey());
            case REQUEST_TXN -> throw EtcdError.NESTED_TRANSACTION.exception();
            default -> throw EtcdError.EMPTY_KEY.exception();
        }
    }

    /**
     * No branch may put a key twice, or put and delete it. etcd overlooks it if the deleted range has no end, and may die of
     * it.
     */
    private static void checkDuplicates(List<RequestOp> branch) {
        List<KeyRange> deleted = branch.stream().filter(RequestOp::hasRequestDeleteRange).map(operation -> {
            DeleteRangeRequest delete = operation.getRequestDeleteRange();
            return new KeyRange(delete.getKey(), delete.getRangeEnd());
        }).toList();
        Set<ByteString> put = new HashSet<>();
        for (RequestOp operation : branch) {
            ByteString key = operation.getRequestPut().getKey();
            if (operation.hasRequestPut() && (!put.add(key) || deleted.stream().anyMatch(range -> range.contains(key)))) {
                throw EtcdError.DUPLICATE_KEY.exception();
            }
        }
    }
}
