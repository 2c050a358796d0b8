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

    /** A page of fewer bytes leaves room for one of twice as many entries. A message may have four times as many. */
    private static final long ROOMY = 16 << 20;

    /** Reads at the revision that the range names, or at the newest one if it names none. */
    static CompletableFuture<Pages> read(Etcd etcd, Range range) {
        return read(etcd, range, range.limit(), new ArrayList<>());
    }

    /** @param longest how many entries a page may have, if they are small */
    private static CompletableFuture<Pages> read(Etcd etcd, Range range, int longest, List<KeyValue> entries) {
        return etcd.read(range).handle((page, failure) -> {
            if (failure != null) {
                return range.limit() > 1 && EtcdException.of(failure).kind() == EtcdException.Kind.TOO_LARGE
                        ? read(etcd, range.limitedTo(range.limit() / 2), longest, entries)
                        : CompletableFuture.<Pages> failedFuture(failure);
            }
            entries.addAll(page.entries());
            Range pinned = range.revision() == 0 ? range.at(page.revision()) : range;
            if (!page.more()) {
                return CompletableFuture.completedFuture(new Pages(entries, pinned.revision()));
            }
            Range next = pinned.after(entries.get(entries.size() - 1).key());
            // Where one page was too large, the next one most likely is.
            return read(etcd, bytes(page) < ROOMY ? next.limitedTo(Math.min(longest, 2 * next.limit())) : next, longest,
                    entries);
        }).thenCompose(pages -> pages);
    }

    private static long bytes(Range.Page page) {
        return page.entries().stream().mapToLong(entry -> entry.key().size() + entry.value().size()).sum();
    }
}
