package io.quarkiverse.lively.runtime.registration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Callers that wait until etcd has the metadata that they set, in the order of their calls. Used on the worker thread only. */
final class MetadataUpdates {

    private record Update(Map<String, String> metadata, CompletableFuture<Void> result) {
    }

    private final Deque<Update> waiting = new ArrayDeque<>();

    /** @param result done once that, or what was set later, is stored */
    void add(Map<String, String> metadata, CompletableFuture<Void> result) {
        waiting.add(new Update(metadata, result));
    }

    /** etcd has that: all who set it, and who set something before, are done. */
    void stored(Map<String, String> metadata) {
        List<Update> inOrder = List.copyOf(waiting);
        for (int i = inOrder.size(); i > 0; i--) {
            if (inOrder.get(i - 1).metadata().equals(metadata)) {
                inOrder.subList(0, i).forEach(update -> waiting.remove().result().complete(null));
                return;
            }
        }
    }

    /** There is nothing to write for now: the next claim has the metadata that were set last. */
    void kept() {
        take().forEach(update -> update.result().complete(null));
    }

    void failed(RuntimeException cause) {
        take().forEach(update -> update.result().completeExceptionally(cause));
    }

    private List<Update> take() {
        List<Update> all = new ArrayList<>(waiting);
        waiting.clear();
        return all;
    }
}
