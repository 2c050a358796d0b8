package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;

/**
 * All entries of a range, read page by page at one revision. A page that is too large for a message is read in halves.
 *
 * @param revision the revision that they were read at
 */
record Pages(List<KeyValue> entries, long revision) {

    /** Reads at the revision that the range names, or at the newest one if it names none. */
    static CompletableFuture<Pages> read(Etcd etcd, Range range) {
        return read(etcd, range, new ArrayList<>());
    }

    private static CompletableFuture<Pages> read(Etcd etcd, Range range, List<KeyValue> entries) {
        return page(etcd, range).thenCompose(page -> {
            entries.addAll(page.entries());
            Range pinned = range.revision() == 0 ? range.at(page.revision()) : range;
            return page.more() ? read(etcd, pinned.after(entries.get(entries.size() - 1).key()), entries)
                    : CompletableFuture.completedFuture(new Pages(entries, pinned.revision()));
        });
    }

    private static CompletableFuture<Range.Page> page(Etcd etcd, Range range) {
        return etcd.read(range).exceptionallyCompose(failure -> range.limit() > 1
                && EtcdException.of(failure).kind() == EtcdException.Kind.TOO_LARGE
                        ? page(etcd, range.limitedTo(range.limit() / 2))
                        : CompletableFuture.failedFuture(failure));
    }
}
