package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;

/** A watch of keys that may still have to be opened. What it is asked for before is done then, in the same order. */
final class OpeningKeyWatch implements KeyWatch {

    private final CompletableFuture<? extends KeyWatch> opened;
    /** Each step waits for the one before: of those that wait for one future, the last one would come first. */
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    private OpeningKeyWatch(CompletableFuture<? extends KeyWatch> opened) {
        this.opened = opened;
    }

    /** If it cannot be opened, the listener is told that it has ended. */
    static KeyWatch of(CompletableFuture<? extends KeyWatch> opened, Listener listener) {
        opened.exceptionally(failure -> {
            listener.ended(EtcdException.of(failure));
            return null;
        });
        return new OpeningKeyWatch(opened);
    }

    @Override
    public void add(ByteString key, long from) {
        then(watch -> watch.add(key, from));
    }

    @Override
    public void remove(ByteString key) {
        then(watch -> watch.remove(key));
    }

    @Override
    public void close() {
        then(KeyWatch::close);
    }

    private synchronized void then(Consumer<KeyWatch> step) {
        last = last.exceptionally(failure -> null).thenAcceptBoth(opened, (done, watch) -> step.accept(watch));
    }
}
