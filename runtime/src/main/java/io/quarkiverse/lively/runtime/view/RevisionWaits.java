package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.registration.Worker;

/** Who waits for the view to come to some revision. On the worker only. */
final class RevisionWaits {

    private final Worker worker;
    private final List<Wait> waits = new ArrayList<>();

    private record Wait(long revision, CompletableFuture<Void> arrival) {
    }

    RevisionWaits(Worker worker) {
        this.worker = worker;
    }

    /** Fails if that revision is not reached in that time. */
    CompletableFuture<Void> add(long revision, Duration limit) {
        Wait wait = new Wait(revision, new CompletableFuture<>());
        waits.add(wait);
        Worker.Timer limiter = worker.after(limit, () -> {
            if (waits.remove(wait)) {
                wait.arrival().completeExceptionally(new RegistryUnavailableException("The view did not come to revision "
                        + revision + " of etcd within " + limit.toMillis() + " ms", null));
            }
        });
        wait.arrival().whenComplete((nothing, failure) -> limiter.cancel());
        return wait.arrival();
    }

    void reached(long revision) {
        waits.removeIf(wait -> wait.revision() <= revision && wait.arrival().complete(null));
    }

    void close() {
        waits.forEach(wait -> wait.arrival()
                .completeExceptionally(new RegistryUnavailableException("The view is closed", null)));
        waits.clear();
    }
}
