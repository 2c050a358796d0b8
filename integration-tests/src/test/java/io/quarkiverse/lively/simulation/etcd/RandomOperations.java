package io.quarkiverse.lively.simulation.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * Requests about few keys and leases, good ones and bad ones, the same for the same seed and the same answers. Revisions count
 * from 1, and leases are numbers from 0 in the order of their grants.
 */
final class RandomOperations {

    /** Of all keys of a seed. */
    static final Range ALL = new Range(bytes("k/"), bytes("k0"), 0, 0, false);

    /** Fewer than twelve: of more, etcd's sort leaves equal ones in any order. */
    private static final List<String> KEYS = List.of("k/a", "k/a/1", "k/a/2", "k/a/20", "k/b", "k/b/1", "k/c", "k/c\u0000");
    private static final List<String> ENDS = List.of("k0", "k/a0", "k/b", "k/a/20", "k/");

    private final Random random;
    private long revision = 1;
    private long compacted;
    private int leases;

    RandomOperations(long seed) {
        random = new Random(seed);
    }

    /** The requests to come go by that. */
    void at(long newRevision) {
        revision = newRevision;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    Transaction transaction() {
        List<Transaction.Compare> compares = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            compares.add(chance(60) ? new Transaction.ModRevisionIs(key(), chance(40) ? 0 : someRevision())
                    : new Transaction.ValueIs(key(), value()));
        }
        if (chance(1)) {
            for (int i = 0; i < 129; i++) {
                compares.add(new Transaction.ValueIs(key(), value()));
            }
        }
        return new Transaction(compares, operations(), operations());
    }

    private List<Transaction.Operation> operations() {
        List<Transaction.Operation> operations = new ArrayList<>();
        boolean reads = chance(20);
        for (int i = random.nextInt(4); i > 0; i--) {
            operations.add(reads || chance(25) ? new Transaction.Get(key(), chance(70) ? 0 : someRevision())
                    : chance(25) ? new Transaction.Delete(key()) : new Transaction.Put(key(), value(), leaseOfPut()));
        }
        return operations;
    }

    /** Leases are numbers from 1 on here, and 0 means none. */
    private long leaseOfPut() {
        return chance(60) ? 0 : 1 + lease();
    }

    Transaction leased(String key, int lease) {
        return new Transaction(List.of(), List.of(new Transaction.Put(bytes(key), ByteString.EMPTY, 1 + lease)), List.of());
    }

    Range range() {
        ByteString from = key();
        ByteString to = chance(30) && !from.isEmpty() ? from.concat(ByteString.copyFrom(new byte[1])) : end();
        return new Range(from, to, chance(60) ? 0 : someRevision(), chance(50) ? 0 : random.nextInt(5), chance(20), chance(20));
    }

    Range watched() {
        Range range = range();
        return range.from().isEmpty() ? ALL : new Range(range.from(), range.to(), 0, 0, false);
    }

    /** Not the compacted revision: whether 3.4 sends a deletion of it differs from time to time. */
    long watchedFrom() {
        long from = chance(40) ? 0 : someRevision();
        return from == compacted ? from + 1 : from;
    }

    Duration ttl() {
        leases++;
        return Duration.ofSeconds(1000 + random.nextInt(1000));
    }

    /** At times one that there is not. */
    int lease() {
        return random.nextInt(Math.min(leases, 6) + 1) + Math.max(0, leases - 6);
    }

    long compaction() {
        long at = chance(80) ? compacted + 1 + random.nextInt((int) Math.max(1, revision - compacted)) : someRevision();
        if (at <= revision) {
            compacted = Math.max(compacted, at);
        }
        return at;
    }

    static String text(Transaction transaction) {
        return "if " + transaction.compares().stream().map(RandomOperations::text).collect(Collectors.joining(" and "))
                + " then "
                + transaction.then().stream().map(RandomOperations::text).collect(Collectors.joining(", ")) + " else "
                + transaction.otherwise().stream().map(RandomOperations::text).collect(Collectors.joining(", "));
    }

    private static String text(Transaction.Compare compare) {
        return compare instanceof Transaction.ModRevisionIs is ? "mod " + is.key().toStringUtf8() + " = " + is.revision()
                : ((Transaction.ValueIs) compare).key().toStringUtf8() + " = "
                        + ((Transaction.ValueIs) compare).value().toStringUtf8();
    }

    private static String text(Transaction.Operation operation) {
        return operation instanceof Transaction.Put put
                ? "put " + put.key().toStringUtf8() + " = " + put.value().toStringUtf8() + " lease " + put.lease()
                : operation instanceof Transaction.Delete delete ? "del " + delete.key().toStringUtf8()
                        : "get " + ((Transaction.Get) operation).key().toStringUtf8() + " at "
                                + ((Transaction.Get) operation).revision();
    }

    static String text(Range range) {
        return "[" + range.from().toStringUtf8() + ", " + range.to().toStringUtf8() + ") at " + range.revision() + " limit "
                + range.limit() + (range.keysOnly() ? " keys" : "") + (range.newestFirst() ? " newest first" : "");
    }

    private ByteString key() {
        return chance(1) ? ByteString.EMPTY : bytes(KEYS.get(random.nextInt(KEYS.size())));
    }

    private ByteString end() {
        return bytes(ENDS.get(random.nextInt(ENDS.size())));
    }

    private ByteString value() {
        return bytes(List.of("", "x", "y", "z").get(random.nextInt(4)));
    }

    private long someRevision() {
        long from = Math.max(1, compacted - 3);
        return from + random.nextInt((int) (revision + 3 - from));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
