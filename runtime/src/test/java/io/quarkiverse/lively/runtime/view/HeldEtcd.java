package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.KeyWatch;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;

/**
 * An etcd in memory that answers at once, and whose watches tell what they have to when the test wants it. Only for what a
 * real etcd cannot be made to do at a given moment.
 */
final class HeldEtcd implements Etcd {

    private final List<Watch.Event> history = new ArrayList<>();
    private long revision = 1;
    private Held watch;
    /** What questions fail with; null: they are answered. */
    EtcdException failure;
    /** What watches end with before they begin; null: they are accepted. */
    EtcdException refusal;
    /** Called ahead of each call, and may throw something, as a client with a bug does. */
    Runnable bug = () -> {
    };
    int watches;
    int lists;
    int looks;
    /** The first revision that the last watch is to tell. */
    long watchedFrom;

    /** Accepts the watch. */
    void create() {
        watch.created = true;
        watch.listener.created(revision);
    }

    /** As a real etcd does: accepts a watch that is not accepted yet, and tells all that there is. */
    void serve() {
        if (watch != null && !watch.closed) {
            if (!watch.created) {
                create();
            }
            tell(revision);
        }
    }

    /** The watch tells all that it has not told yet, up to that revision. */
    void tell(long upTo) {
        List<Watch.Event> untold = history.stream().filter(event -> event.entry().modRevision() > watch.told
                && event.entry().modRevision() <= upTo && watch.covers(event.entry().key())).toList();
        watch.told = upTo;
        if (!untold.isEmpty()) {
            watch.listener.responded(new Watch.Response(revision, untold));
        }
    }

    /** The watch ends. */
    void end(EtcdException.Kind kind, String why) {
        watch.listener.ended(new EtcdException(kind, why, null));
    }

    long revision() {
        return revision;
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return answer(() -> {
            boolean writes = transaction.then().stream().anyMatch(operation -> !(operation instanceof Transaction.Get));
            if (writes) {
                revision++;
            }
            Map<ByteString, KeyValue> found = new HashMap<>();
            for (Transaction.Operation operation : transaction.then()) {
                if (operation instanceof Transaction.Put put) {
                    history.add(new Watch.Event(false, !at(revision).containsKey(put.key()),
                            new KeyValue(put.key(), put.value(), revision, put.lease())));
                } else if (operation instanceof Transaction.Delete delete && at(revision).containsKey(delete.key())) {
                    history.add(new Watch.Event(true, false, new KeyValue(delete.key(), ByteString.EMPTY, revision, 0)));
                } else if (operation instanceof Transaction.Get get) {
                    KeyValue entry = at(get.revision()).get(get.key());
                    if (entry != null) {
                        found.put(get.key(), entry);
                    }
                }
            }
            return new Transaction.Result(true, revision, found);
        });
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return answer(() -> {
            List<KeyValue> entries = new ArrayList<>(
                    at(range.revision()).subMap(range.from(), range.to()).values());
            if (range.newestFirst()) {
                looks++;
                entries.sort(Comparator.comparingLong(KeyValue::modRevision).reversed());
            } else {
                lists++;
            }
            List<KeyValue> page = List.copyOf(entries.subList(0, Math.min(range.limit(), entries.size())));
            return new Range.Page(page, revision, page.size() < entries.size(), entries.size());
        });
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        throw new UnsupportedOperationException("The view watches ranges");
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        bug.run();
        watches++;
        watchedFrom = from;
        watch = new Held(range, from - 1, listener);
        if (refusal != null) {
            listener.ended(refusal);
        }
        return watch;
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
    }

    private <T> CompletableFuture<T> answer(Supplier<T> question) {
        bug.run();
        return failure == null ? CompletableFuture.completedFuture(question.get()) : CompletableFuture.failedFuture(failure);
    }

    private TreeMap<ByteString, KeyValue> at(long then) {
        TreeMap<ByteString, KeyValue> keys = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        for (Watch.Event event : history) {
            if (then == 0 || event.entry().modRevision() <= then) {
                if (event.deleted()) {
                    keys.remove(event.entry().key());
                } else {
                    keys.put(event.entry().key(), event.entry());
                }
            }
        }
        return keys;
    }

    private final class Held implements Watch {

        private final Range range;
        private final Watch.Listener listener;
        private long told;
        private boolean created;
        private boolean closed;

        Held(Range range, long told, Watch.Listener listener) {
            this.range = range;
            this.told = told;
            this.listener = listener;
        }

        boolean covers(ByteString key) {
            Comparator<ByteString> order = ByteString.unsignedLexicographicalComparator();
            return order.compare(range.from(), key) <= 0 && order.compare(key, range.to()) < 0;
        }

        @Override
        public void close() {
            closed = true;
            bug.run();
        }
    }
}
