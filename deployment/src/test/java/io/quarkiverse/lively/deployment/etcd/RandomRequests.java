package io.quarkiverse.lively.deployment.etcd;

import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;

/** Requests about few keys and leases, good ones and bad ones, the same for the same seed and the same answers. */
final class RandomRequests {

    /** Fewer than twelve: of more, etcd's sort leaves equal ones in any order. */
    private static final List<String> KEYS = List.of("a", "a/1", "a/2", "a/20", "b", "b/1", "c", "d", "e\u0000");
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final int LEASES = 5;

    private final Random random;
    private long revision = 1;
    private long compacted;

    RandomRequests(long seed) {
        random = new Random(seed);
    }

    /** What the requests to come go by. */
    void at(long revision) {
        this.revision = revision;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    RangeRequest range() {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key()).setRangeEnd(end())
                .setRevision(chance(60) ? 0 : someRevision());
        if (chance(40)) {
            range.setLimit(random.nextInt(5) - 1);
        }
        if (chance(40)) {
            range.setSortTargetValue(random.nextInt(5)).setSortOrderValue(random.nextInt(3));
        }
        if (chance(15)) {
            range.setMinModRevision(someRevision());
        }
        if (chance(15)) {
            range.setMaxModRevision(someRevision());
        }
        if (chance(15)) {
            range.setMinCreateRevision(someRevision());
        }
        if (chance(15)) {
            range.setMaxCreateRevision(someRevision());
        }
        return range.setKeysOnly(chance(15)).setCountOnly(chance(10)).setSerializable(chance(10)).build();
    }

    PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(chance(30))
                .setIgnoreValue(chance(5)).setIgnoreLease(chance(5));
        if (!put.getIgnoreValue() || chance(10)) {
            put.setValue(value());
        }
        if ((!put.getIgnoreLease() || chance(10)) && chance(30)) {
            put.setLease(lease());
        }
        return put.build();
    }

    DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder().setKey(key()).setRangeEnd(chance(60) ? ByteString.EMPTY : end())
                .setPrevKv(chance(50)).build();
    }

    TxnRequest txn() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(operation());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addFailure(operation());
        }
        if (chance(1)) {
            for (int i = 0; i < 129; i++) {
                txn.addCompare(compare());
            }
        }
        return txn.build();
    }

    CompactionRequest compaction() {
        long at = chance(80) ? compacted + 1 + random.nextInt((int) Math.max(1, revision - compacted)) : someRevision();
        if (at <= revision) {
            compacted = Math.max(compacted, at);
        }
        return CompactionRequest.newBuilder().setRevision(at).setPhysical(true).build();
    }

    LeaseGrantRequest grant() {
        return LeaseGrantRequest.newBuilder().setID(lease()).setTTL(1000 + random.nextInt(1000)).build();
    }

    /** Of a lease with a time that etcd changes or refuses. */
    LeaseGrantRequest oddGrant() {
        return LeaseGrantRequest.newBuilder().setID(99)
                .setTTL(List.of(-1L, 0L, 1L, 9_000_000_000L, 9_000_000_001L).get(random.nextInt(5))).build();
    }

    LeaseRevokeRequest revoke() {
        return LeaseRevokeRequest.newBuilder().setID(lease()).build();
    }

    LeaseTimeToLiveRequest timeToLive() {
        return LeaseTimeToLiveRequest.newBuilder().setID(lease()).setKeys(chance(50)).build();
    }

    long lease() {
        return 1 + random.nextInt(LEASES);
    }

    WatchRequest watch() {
        WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder().setKey(chance(5) ? ByteString.EMPTY : key())
                .setRangeEnd(end()).setPrevKv(chance(50));
        if (chance(60)) {
            // Of 3.4, whether a deletion of the very revision that was compacted is seen, differs from time to time.
            long start = someRevision();
            watch.setStartRevision(start == compacted ? start + 1 : start);
        }
        if (chance(20)) {
            watch.addFiltersValue(random.nextInt(2));
        }
        return WatchRequest.newBuilder().setCreateRequest(watch).build();
    }

    WatchRequest cancel() {
        return WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(random.nextInt(20))).build();
    }

    WatchRequest progress() {
        return WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()).build();
    }

    private RequestOp operation() {
        RequestOp.Builder operation = RequestOp.newBuilder();
        return switch (random.nextInt(4)) {
            case 0 -> operation.setRequestRange(range()).build();
            case 1 -> {
                DeleteRangeRequest delete = delete();
                // etcd overlooks that a key of such a range is put as well, and may die of it.
                boolean endless = delete.getRangeEnd().equals(ZERO);
                yield operation.setRequestDeleteRange(endless ? delete.toBuilder().clearRangeEnd().build() : delete).build();
            }
            default -> operation.setRequestPut(put()).build();
        };
    }

    private Compare compare() {
        Compare.Builder compare = Compare.newBuilder().setKey(key()).setRangeEnd(chance(75) ? ByteString.EMPTY : end())
                .setResultValue(random.nextInt(4)).setTargetValue(random.nextInt(5));
        switch (chance(90) ? compare.getTargetValue() : random.nextInt(5)) {
            case 0 -> compare.setVersion(random.nextInt(3));
            case 1 -> compare.setCreateRevision(someRevision());
            case 2 -> compare.setModRevision(someRevision());
            case 3 -> compare.setValue(value());
            default -> compare.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(8, UnknownFieldSet.Field.newBuilder().addVarint(lease()).build()).build());
        }
        return compare.build();
    }

    private ByteString key() {
        return chance(1) ? ByteString.EMPTY
                : chance(3) ? ZERO
                        : ByteString.copyFromUtf8(KEYS.get(random.nextInt(KEYS.size())));
    }

    private ByteString end() {
        return switch (random.nextInt(6)) {
            case 0 -> ZERO;
            case 1 -> ByteString.copyFromUtf8("a0");
            case 2 -> ByteString.copyFromUtf8("b0");
            case 3 -> key();
            default -> ByteString.EMPTY;
        };
    }

    private ByteString value() {
        return ByteString.copyFromUtf8(List.of("", "x", "y", "z").get(random.nextInt(4)));
    }

    private long someRevision() {
        long from = Math.max(1, compacted - 3);
        return from + random.nextInt((int) (revision + 3 - from));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
