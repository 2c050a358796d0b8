package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;

/** A watch of keys by a client that may still have to be made. */
record OpeningKeyWatch(CompletableFuture<KeyWatch> opened) implements KeyWatch {

    @Override
    public void add(ByteString key, long from) {
        opened.thenAccept(watch -> watch.add(key, from));
    }

    @Override
    public void remove(ByteString key) {
        opened.thenAccept(watch -> watch.remove(key));
    }

    @Override
    public void close() {
        opened.thenAccept(KeyWatch::close);
    }
}
