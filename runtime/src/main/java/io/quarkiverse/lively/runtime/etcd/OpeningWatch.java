package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;

/** A watch that may still have to be opened. */
record OpeningWatch(CompletableFuture<? extends Watch> opened) implements Watch {

    /** If it cannot be opened, the listener is told that it has ended. */
    static Watch of(CompletableFuture<? extends Watch> opened, Listener listener) {
        opened.exceptionally(failure -> {
            listener.ended(EtcdException.of(failure));
            return null;
        });
        return new OpeningWatch(opened);
    }

    @Override
    public void close() {
        opened.thenAccept(Watch::close);
    }
}
