package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.KeyWatch;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

/**
 * An etcd on the clock of a test, that fails when the test wants it to. Only for what a real etcd cannot be made to
 * do at a given moment; what Lively writes is tested on a real one.
 */
final class FakeEtcd implements Etcd {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

    enum Mode {
        ANSWERS,
        /** Connections are refused. */
        DOWN,
        /** Requests are taken, and done once it thaws. */
        FROZEN,
        /** Requests are done, and the answers are lost. */
        MUTE,
        /** Requests are done, and the answers come once it answers. */
        LATE
    }

    private final FakeWorker worker;
    private final TreeMap<ByteString, KeyValue> keys = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final Map<Long, Long> leases = new HashMap<>();
    private final Map<Long, Duration> ttls = new HashMap<>();
    private final Set<ByteString> written = new HashSet<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final List<Watching> watches = new ArrayList<>();
    private final Map<ByteString, Long> lastChanges = new HashMap<>();
    private Runnable beforeNextWrite = () -> {
    };
    private Consumer<Transaction> afterEachWrite = transaction -> {
    };
    private Mode mode = Mode.ANSWERS;
    private long revision = 1;
    private long lastLease = 100;
    private EtcdException refusal;
    private EtcdException refusalOfNext;
    private boolean deaf;
    /** What a transaction changes is told once it is done. */
    private List<Runnable> untold;
    private long interruptedCommit;
    private Runnable interruption;
    int renewals;
    long commits;

    FakeEtcd(FakeWorker worker) {
        this.worker = worker;
    }

    void be(Mode newMode) {
        mode = newMode;
        if (newMode == Mode.ANSWERS) {
            List<Runnable> late = List.copyOf(waiting);
            waiting.clear();
            late.forEach(Runnable::run);
        }
    }

    boolean answers() {
        return mode == Mode.ANSWERS;
    }

    /** Loses everything, and begins again at revision 1. */
    void wipe() {
        keys.clear();
        lastChanges.clear();
        leases.clear();
        revision = 1;
    }

    /** Others wrote so much. */
    void skipTo(long newRevision) {
        revision = newRevision;
    }

    /** Loses everything, and has been filled again up to that revision by others. */
    void wipeBackTo(long newRevision) {
        wipe();
        revision = newRevision;
    }

    /** Writes are refused, as without space. */
    void refuseWrites(String why) {
        refusal = why == null ? null : new EtcdException(EtcdException.Kind.REFUSED, why, null);
    }

    /** Refuses the next transaction, also if it only reads. */
    void refuseNext(String why) {
        refusalOfNext = new EtcdException(EtcdException.Kind.DENIED, why, null);
    }

    /** Something that happens just before the next transaction that would write. */
    void beforeNextWrite(Runnable event) {
        beforeNextWrite = event;
    }

    /** Something that happens just before the transaction of that number, counted from 1, whatever that does. */
    void beforeCommit(long number, Runnable event) {
        interruptedCommit = number;
        interruption = event;
    }

    /** Something that looks at what each transaction did that wrote. */
    void afterEachWrite(Consumer<Transaction> observer) {
        afterEachWrite = observer;
    }

    /** Forgets what was written so far, for {@link #written}. */
    void forgetWritten() {
        written.clear();
    }

    /** The keys that somebody put or deleted through this interface. */
    Set<ByteString> written() {
        return written;
    }

    KeyValue get(ByteString key) {
        expireLeases();
        return keys.get(key);
    }

    boolean has(ByteString key) {
        return get(key) != null;
    }

    void put(ByteString key, ByteString value) {
        write(Map.of(key, value));
    }

    void put(ByteString key, ByteString value, long lease) {
        put(key, value, lease, ++revision);
    }

    /** In one transaction, by somebody else. */
    void write(Map<ByteString, ByteString> puts, ByteString... deletes) {
        revision++;
        puts.forEach((key, value) -> keys.put(key, new KeyValue(key, value, revision, 0)));
        List.of(deletes).forEach(keys::remove);
        long at = revision;
        puts.keySet().forEach(key -> changed(key, at));
    }

    void delete(ByteString key) {
        revision++;
        remove(key);
    }

    Set<Long> leases() {
        expireLeases();
        return leases.keySet();
    }

    void revoke(long lease) {
        leases.remove(lease);
        revision++;
        List<ByteString> gone = keys.values().stream().filter(entry -> entry.lease() == lease).map(KeyValue::key).toList();
        gone.forEach(keys::remove);
        gone.forEach(key -> changed(key, revision));
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        if (++commits == interruptedCommit) {
            interruption.run();
        }
        return answer(REQUEST_TIMEOUT, () -> apply(transaction));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        throw new UnsupportedOperationException("Reads of ranges are tested on a real etcd");
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        return answer(REQUEST_TIMEOUT, () -> {
            refuse();
            leases.put(++lastLease, worker.nanoTime() + ttl.toNanos());
            ttls.put(lastLease, ttl);
            return new Lease(lastLease, ttl);
        });
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        return answer(deadline, () -> {
            renewals++;
            expireLeases();
            if (!leases.containsKey(id)) {
                throw leaseNotFound();
            }
            leases.put(id, worker.nanoTime() + ttls.get(id).toNanos());
            return new Lease(id, ttls.get(id));
        });
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return answer(REQUEST_TIMEOUT, () -> {
            revoke(id);
            return null;
        });
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        throw new UnsupportedOperationException("Watches are tested on a real etcd");
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        Watching watching = new Watching(listener);
        if (mode == Mode.DOWN) {
            listener.ended(unavailable("connection refused"));
        } else {
            watches.add(watching);
        }
        return watching;
    }

    int watches() {
        return watches.size();
    }

    int watchedKeys() {
        return watches.stream().mapToInt(watching -> watching.keys.size()).sum();
    }

    /** Loses what watches should tell from now on. */
    void beDeaf() {
        deaf = true;
    }

    List<String> keys() {
        expireLeases();
        return keys.keySet().stream().map(ByteString::toStringUtf8).toList();
    }

    /** As after a compaction: what happened before a key is watched is not told. */
    void forgetChanges() {
        lastChanges.clear();
    }

    /** Ends the streams of all watches. */
    void endWatches() {
        endWatches(unavailable("the stream was ended"));
    }

    void endWatches(EtcdException cause) {
        List<Watching> ended = List.copyOf(watches);
        watches.clear();
        ended.forEach(watch -> watch.listener.ended(cause));
    }

    private void changed(ByteString key, long at) {
        lastChanges.put(key, at);
        if (untold != null) {
            untold.add(() -> tell(key, at));
        } else {
            tell(key, at);
        }
    }

    private void tell(ByteString key, long at) {
        watches.stream().filter(watch -> watch.keys.contains(key)).toList().forEach(watch -> {
            if (mode == Mode.ANSWERS && !deaf) {
                watch.listener.changed(key, at);
            }
        });
    }

    /** Of several changes that were made before a key was added, it tells the last. */
    private final class Watching implements KeyWatch {

        final Listener listener;
        final Set<ByteString> keys = new HashSet<>();

        Watching(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void add(ByteString key, long from) {
            keys.add(key);
            Long last = lastChanges.get(key);
            if (last != null && last >= from) {
                listener.changed(key, last);
            }
        }

        @Override
        public void remove(ByteString key) {
            keys.remove(key);
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    @Override
    public void close() {
        mode = Mode.DOWN;
    }

    private <T> CompletableFuture<T> answer(Duration deadline, Supplier<T> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (mode == Mode.DOWN) {
            answer.completeExceptionally(unavailable("connection refused"));
            return answer;
        }
        Runnable work = () -> {
            try {
                T result = request.get();
                if (mode == Mode.LATE) {
                    waiting.add(() -> answer.complete(result));
                } else if (mode != Mode.MUTE) {
                    answer.complete(result);
                }
            } catch (EtcdException e) {
                answer.completeExceptionally(e);
            }
        };
        worker.after(deadline, () -> answer.completeExceptionally(unavailable("no answer")));
        if (mode == Mode.FROZEN) {
            waiting.add(work);
        } else {
            work.run();
        }
        return answer;
    }

    private Transaction.Result apply(Transaction transaction) {
        if (refusalOfNext != null) {
            EtcdException refused = refusalOfNext;
            refusalOfNext = null;
            throw refused;
        }
        boolean writes = transaction.then().stream().anyMatch(operation -> !(operation instanceof Transaction.Get));
        if (writes) {
            Runnable event = beforeNextWrite;
            beforeNextWrite = () -> {
            };
            event.run();
        }
        expireLeases();
        boolean holds = transaction.compares().stream().allMatch(this::holds);
        List<Transaction.Operation> branch = holds ? transaction.then() : transaction.otherwise();
        boolean puts = branch.stream().anyMatch(Transaction.Put.class::isInstance);
        if (puts) {
            refuse();
        }
        for (Transaction.Operation operation : branch) {
            if (operation instanceof Transaction.Put put && put.lease() != 0 && !leases.containsKey(put.lease())) {
                throw leaseNotFound();
            }
        }
        Map<ByteString, KeyValue> found = new HashMap<>();
        if (holds && writes) {
            revision++;
        }
        untold = new ArrayList<>();
        for (Transaction.Operation operation : branch) {
            if (operation instanceof Transaction.Put put) {
                written.add(put.key());
                put(put.key(), put.value(), put.lease(), revision);
            } else if (operation instanceof Transaction.Delete delete) {
                written.add(delete.key());
                remove(delete.key());
            } else if (operation instanceof Transaction.Get get && keys.containsKey(get.key())) {
                found.put(get.key(), keys.get(get.key()));
            }
        }
        if (holds && writes) {
            afterEachWrite.accept(transaction);
        }
        Transaction.Result result = new Transaction.Result(holds, revision, found);
        List<Runnable> changes = untold;
        untold = null;
        changes.forEach(Runnable::run);
        return result;
    }

    private boolean holds(Transaction.Compare compare) {
        if (compare instanceof Transaction.ModRevisionIs is) {
            KeyValue entry = keys.get(is.key());
            return (entry == null ? 0 : entry.modRevision()) == is.revision();
        }
        Transaction.ValueIs is = (Transaction.ValueIs) compare;
        return keys.containsKey(is.key()) && keys.get(is.key()).value().equals(is.value());
    }

    private void put(ByteString key, ByteString value, long lease, long atRevision) {
        keys.put(key, new KeyValue(key, value, atRevision, lease));
        changed(key, atRevision);
    }

    private void remove(ByteString key) {
        if (keys.remove(key) != null) {
            changed(key, revision);
        }
    }

    private void expireLeases() {
        List.copyOf(leases.entrySet()).stream().filter(lease -> worker.nanoTime() - lease.getValue() >= 0)
                .forEach(lease -> revoke(lease.getKey()));
    }

    private void refuse() {
        if (refusal != null) {
            throw refusal;
        }
    }

    private static EtcdException unavailable(String why) {
        return new EtcdException(EtcdException.Kind.UNAVAILABLE, why, null);
    }

    private static EtcdException leaseNotFound() {
        return new EtcdException(EtcdException.Kind.LEASE_NOT_FOUND, "requested lease not found", null);
    }
}
