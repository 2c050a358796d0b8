package io.quarkiverse.lively.deployment.etcd;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeRequest.SortTarget;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;

/**
 * Reads and writes of keys, alone or in a transaction. A put has to be checked before it is executed, which always succeeds.
 */
final class Operations {

    private final Store store;
    private final Leases leases;

    Operations(Store store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    static void checkKey(ByteString key) {
        if (key.isEmpty()) {
            throw EtcdError.EMPTY_KEY.exception();
        }
    }

    static void checkForm(PutRequest request) {
        checkKey(request.getKey());
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            throw EtcdError.VALUE_PROVIDED.exception();
        }
        if (request.getIgnoreLease() && request.getLease() != 0) {
            throw EtcdError.LEASE_PROVIDED.exception();
        }
    }

    void checkLease(PutRequest request) {
        if (request.getLease() != 0) {
            leases.check(request.getLease());
        }
    }

    /** Whether there is the value or the lease that it wants to keep. */
    void checkPrevious(PutRequest request) {
        if ((request.getIgnoreValue() || request.getIgnoreLease()) && store.find(request.getKey()).isEmpty()) {
            throw EtcdError.KEY_NOT_FOUND.exception();
        }
    }

    RangeResponse range(RangeRequest request) {
        KeyRange range = new KeyRange(request.getKey(), request.getRangeEnd());
        List<KeyValue> found = store.read(range, request.getRevision());
        RangeResponse.Builder response = RangeResponse.newBuilder().setHeader(header()).setCount(found.size());
        if (request.getCountOnly()) {
            return response.build();
        }
        long limit = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
        List<KeyValue> wanted = sorted(found.stream().filter(within(request)), request, limit);
        return response.setMore(wanted.size() > limit)
                .addAllKvs(wanted.stream().limit(limit)
                        .map(entry -> request.getKeysOnly() ? entry.toBuilder().clearValue().build() : entry).toList())
                .build();
    }

    PutResponse put(PutRequest request) {
        KeyValue before = store.find(request.getKey()).orElse(KeyValue.getDefaultInstance());
        store.put(request.getKey(), request.getIgnoreValue() ? before.getValue() : request.getValue(),
                request.getIgnoreLease() ? before.getLease() : request.getLease());
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header());
        return request.getPrevKv() && before.getVersion() > 0 ? response.setPrevKv(before).build() : response.build();
    }

    DeleteRangeResponse delete(DeleteRangeRequest request) {
        List<KeyValue> before = store.delete(new KeyRange(request.getKey(), request.getRangeEnd()));
        return DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(before.size())
                .addAllPrevKvs(request.getPrevKv() ? before : List.of()).build();
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(store.revision()).build();
    }

    private static Predicate<KeyValue> within(RangeRequest request) {
        return entry -> within(entry.getModRevision(), request.getMinModRevision(), request.getMaxModRevision())
                && within(entry.getCreateRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
    }

    private static boolean within(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }

    /** Like etcd, it sorts by another target than the key even without an order, but only what the limit lets through. */
    private static List<KeyValue> sorted(Stream<KeyValue> entries, RangeRequest request, long limit) {
        Comparator<KeyValue> order = order(request.getSortTarget());
        return switch (request.getSortOrder()) {
            case ASCEND -> entries.sorted(order).toList();
            case DESCEND -> entries.sorted(order.reversed()).toList();
            default -> request.getSortTarget() == SortTarget.KEY ? entries.toList()
                    : entries.limit(limit == Long.MAX_VALUE ? limit : limit + 1).sorted(order).toList();
        };
    }

    private static Comparator<KeyValue> order(SortTarget target) {
        return switch (target) {
            case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
            case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
            case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
            case VALUE -> Comparator.comparing(KeyValue::getValue, KeyRange.ORDER);
            default -> Comparator.comparing(KeyValue::getKey, KeyRange.ORDER);
        };
    }
}
