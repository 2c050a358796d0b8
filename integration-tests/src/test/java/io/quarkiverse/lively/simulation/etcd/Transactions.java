package io.quarkiverse.lively.simulation.etcd;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.ByteString;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/** Transactions and reads, and the requests of this kind that etcd refuses. */
final class Transactions {

    private static final int MOST_OPERATIONS = 128;
    private static final int MOST_BYTES = 3 * 512 * 1024;

    private final Version version;
    private final Store store;
    private final Leases leases;

    Transactions(Version version, Store store, Leases leases) {
        this.version = version;
        this.store = store;
        this.leases = leases;
    }

    /** At the leader. The changes become a revision with the next commit of the store. */
    Transaction.Result apply(Transaction transaction, long compacted) {
        check(transaction);
        boolean succeeded = true;
        for (Transaction.Compare compare : transaction.compares()) {
            succeeded &= holds(compare, Long.MAX_VALUE);
        }
        List<Transaction.Operation> operations = succeeded ? transaction.then() : transaction.otherwise();
        checkPossible(operations, compacted);
        Map<ByteString, KeyValue> found = new LinkedHashMap<>();
        for (Transaction.Operation operation : operations) {
            if (operation instanceof Transaction.Put put) {
                put(put);
            } else if (operation instanceof Transaction.Delete delete) {
                delete(delete.key());
            } else {
                get((Transaction.Get) operation, Long.MAX_VALUE, found);
            }
        }
        return new Transaction.Result(succeeded, store.openRevision(), found);
    }

    /** Of several failures, 3.4 answers with that of a put, later versions with that of the first operation. */
    private void checkPossible(List<Transaction.Operation> operations, long compacted) {
        StatusRuntimeException later = null;
        for (Transaction.Operation operation : operations) {
            try {
                checkPossible(operation, compacted);
            } catch (StatusRuntimeException e) {
                if (version != Version.V3_4 || operation instanceof Transaction.Put) {
                    throw e;
                }
                later = later == null ? e : later;
            }
        }
        if (later != null) {
            throw later;
        }
    }

    private void checkPossible(Transaction.Operation operation, long compacted) {
        if (operation instanceof Transaction.Put put && put.lease() != 0 && leases.get(put.lease()) == null) {
            throw Refusal.LEASE_NOT_FOUND.in(version);
        } else if (operation instanceof Transaction.Get get) {
            checkRevision(get.revision(), store.revision(), compacted);
        }
    }

    /** At a member that has applied so much. */
    Transaction.Result read(Transaction transaction, long applied, long compacted) {
        check(transaction);
        boolean succeeded = true;
        for (Transaction.Compare compare : transaction.compares()) {
            succeeded &= holds(compare, applied);
        }
        List<Transaction.Operation> operations = succeeded ? transaction.then() : transaction.otherwise();
        Map<ByteString, KeyValue> found = new LinkedHashMap<>();
        for (Transaction.Operation operation : operations) {
            checkRevision(((Transaction.Get) operation).revision(), applied, compacted);
        }
        for (Transaction.Operation operation : operations) {
            get((Transaction.Get) operation, applied, found);
        }
        return new Transaction.Result(succeeded, applied, found);
    }

    Range.Page read(Range range, long applied, long compacted) {
        if (range.from().isEmpty()) {
            throw Refusal.EMPTY_KEY.in(version);
        }
        checkRevision(range.revision(), applied, compacted);
        return store.page(range, applied);
    }

    private void put(Transaction.Put put) {
        KeyValue before = store.find(put.key());
        if (before != null) {
            leases.detach(before.lease(), put.key());
        }
        leases.attach(put.lease(), put.key());
        store.put(put.key(), put.value(), put.lease());
    }

    private void delete(ByteString key) {
        KeyValue before = store.find(key);
        if (before != null) {
            leases.detach(before.lease(), key);
            store.delete(key);
        }
    }

    private void get(Transaction.Get get, long newest, Map<ByteString, KeyValue> found) {
        KeyValue entry = store.find(get.key(), get.revision() <= 0 ? newest : get.revision());
        if (entry != null) {
            found.put(get.key(), entry);
        }
    }

    private boolean holds(Transaction.Compare compare, long revision) {
        if (compare instanceof Transaction.ModRevisionIs is) {
            KeyValue entry = store.find(is.key(), revision);
            return (entry == null ? 0 : entry.modRevision()) == is.revision();
        }
        Transaction.ValueIs is = (Transaction.ValueIs) compare;
        KeyValue entry = store.find(is.key(), revision);
        return entry != null && entry.value().equals(is.value());
    }

    private void check(Transaction transaction) {
        if (transaction.compares().size() > MOST_OPERATIONS || transaction.then().size() > MOST_OPERATIONS
                || transaction.otherwise().size() > MOST_OPERATIONS) {
            throw Refusal.TOO_MANY_OPERATIONS.in(version);
        }
        for (Transaction.Compare compare : transaction.compares()) {
            if ((compare instanceof Transaction.ModRevisionIs is ? is.key() : ((Transaction.ValueIs) compare).key())
                    .isEmpty()) {
                throw Refusal.EMPTY_KEY.in(version);
            }
        }
        checkKeys(transaction.then());
        checkKeys(transaction.otherwise());
        if (checkPuts(transaction.then()) + checkPuts(transaction.otherwise()) > MOST_BYTES) {
            throw Refusal.TOO_LARGE.in(version);
        }
    }

    private void checkKeys(List<Transaction.Operation> operations) {
        for (Transaction.Operation operation : operations) {
            if (key(operation).isEmpty()) {
                throw Refusal.EMPTY_KEY.in(version);
            }
        }
    }

    /** @return how many bytes are put */
    private long checkPuts(List<Transaction.Operation> operations) {
        long bytes = 0;
        Set<ByteString> puts = new HashSet<>();
        for (Transaction.Operation operation : operations) {
            if (operation instanceof Transaction.Put put) {
                bytes += put.key().size() + put.value().size();
                if (!puts.add(put.key())) {
                    throw Refusal.DUPLICATE_KEY.in(version);
                }
            }
        }
        for (Transaction.Operation operation : operations) {
            if (operation instanceof Transaction.Delete delete && puts.contains(delete.key())) {
                throw Refusal.DUPLICATE_KEY.in(version);
            }
        }
        return bytes;
    }

    private static ByteString key(Transaction.Operation operation) {
        return operation instanceof Transaction.Put put ? put.key()
                : operation instanceof Transaction.Delete delete ? delete.key() : ((Transaction.Get) operation).key();
    }

    /** Whether there is a put in either branch. */
    static boolean puts(Transaction transaction) {
        return puts(transaction.then()) || puts(transaction.otherwise());
    }

    private static boolean puts(List<Transaction.Operation> operations) {
        for (Transaction.Operation operation : operations) {
            if (operation instanceof Transaction.Put) {
                return true;
            }
        }
        return false;
    }

    private void checkRevision(long asked, long applied, long compacted) {
        if (asked > applied) {
            throw Refusal.FUTURE_REVISION.in(version);
        }
        if (asked > 0 && asked < compacted) {
            throw Refusal.COMPACTED.in(version);
        }
    }
}
