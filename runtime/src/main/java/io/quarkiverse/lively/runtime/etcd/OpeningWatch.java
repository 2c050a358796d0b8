package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;

/** A watch by a client that may still have to be made. */
record OpeningWatch(CompletableFuture<Watch> opened) implements Watch {

    @Override
    public void close() {
        opened.thenAccept(Watch::close);
    }
}
