package io.quarkiverse.lively.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Hears of each call that the application makes to the registry and that asks etcd something. */
public interface CallTracing {

    /** Hears of none. */
    CallTracing NONE = new CallTracing() {

        @Override
        public <T> CompletableFuture<T> trace(String operation, Supplier<CompletableFuture<T>> call) {
            return call.get();
        }
    };

    /**
     * Makes a call. Runs on the thread of the application, and must not block.
     *
     * @param operation the method that was called
     * @param call throws if it is refused before anything is asked
     * @return what the call returns, or a future that ends as that one
     */
    <T> CompletableFuture<T> trace(String operation, Supplier<CompletableFuture<T>> call);
}
