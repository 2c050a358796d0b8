package io.quarkiverse.lively.runtime.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;

/**
 * The whole registry, as a list and as changes. It leaves the histories out: readers do not need them, and they would fill a
 * response past what a message may hold.
 */
public final class RegistryFeed {

    private final Etcd etcd;
    private final Range registry;

    public RegistryFeed(Etcd etcd, KeyLayout layout) {
        this.etcd = etcd;
        this.registry = layout.registry();
    }

    /** Everything as it is, all at one revision. */
    public CompletableFuture<RegistrySnapshot> list() {
        return listAt(0);
    }

    /** Everything as it was at that revision. */
    public CompletableFuture<RegistrySnapshot> listAt(long revision) {
        return Pages.read(etcd, registry.at(revision))
                .thenApply(pages -> new RegistrySnapshot(pages.entries(), pages.revision()));
    }

    /**
     * Whether etcd still has the history that the witness knows. Fails with {@link EtcdException.Kind#COMPACTED} if etcd has
     * forgotten it, or has not come that far.
     */
    public CompletableFuture<Boolean> confirm(Witness witness) {
        return etcd.commit(witness.question()).thenCombine(extentAt(witness.revision()), witness::agrees);
    }

    /** The newest revision of etcd, or a newer one than when this was called, whichever member is asked. */
    public CompletableFuture<Long> revision() {
        return etcd.commit(Transaction.read(List.of(registry.from()))).thenApply(Transaction.Result::revision);
    }

    /** How far the registry went at that revision. Costs etcd a look at all of it, and the network next to nothing. */
    public CompletableFuture<Extent> extentAt(long revision) {
        return etcd.read(registry.at(revision).newest()).thenApply(page -> new Extent(page.count(),
                page.entries().stream().mapToLong(KeyValue::modRevision).max().orElse(0)));
    }

    /** All changes from that revision on. */
    public Watch watch(long from, Watch.Listener listener) {
        return etcd.watch(registry, from, listener);
    }
}
