package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.worker.Worker;

/** Who waits for the view to come to some revision. On the worker only. */
final class RevisionWaits {

    private final Worker worker;
    private final List<Wait> waits = new ArrayList<>();

    private record Wait(long revision, CompletableFuture<Void> arrival) {
    }

    RevisionWaits(Worker worker) {
        this.worker = worker;
    }

    /** Completes the arrival at that revision; fails it if that is not reached in that time. */
    void add(long revision, CompletableFuture<Void> arrival, Duration limit) {
        Wait wait = new Wait(revision, arrival);
        waits.add(wait);
        Worker.Timer limiter = worker.after(limit, () -> {
            if (waits.remove(wait)) {
                arrival.completeExceptionally(new RegistryUnavailableException("The view did not come to revision "
                        + revision + " of etcd within " + limit.toMillis() + " ms", null));
            }
        });
        arrival.whenComplete((nothing, failure) -> limiter.cancel());
    }

    void reached(long revision) {
        waits.removeIf(wait -> wait.arrival().isDone() || wait.revision() <= revision && wait.arrival().complete(null));
    }

    /**
     * @param closed what all who still wait fail with
     */
    void close(RegistryUnavailableException closed) {
        waits.forEach(wait -> wait.arrival().completeExceptionally(closed));
        waits.clear();
    }
}
