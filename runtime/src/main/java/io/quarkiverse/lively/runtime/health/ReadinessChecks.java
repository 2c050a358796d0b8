package io.quarkiverse.lively.runtime.health;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The readiness checks of the application, without what Lively itself and the shutdown of Quarkus say. */
public interface ReadinessChecks {

    /**
     * Asks all checks. Any thread; never blocks.
     *
     * @return the names of those that are DOWN, on any thread. Never, if a check hangs
     */
    CompletableFuture<Set<String>> down();

    /** @param hint runs, on any thread, when the answer may have become another. It must not block */
    void onChange(Runnable hint);
}
