package io.quarkiverse.lively.deployment.etcd;

import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** etcd's service {@code Watch}. */
final class WatchService extends WatchGrpc.WatchImplBase {

    private final Store store;
    private final Watches watches;

    WatchService(Store store, Watches watches) {
        this.store = store;
        this.watches = watches;
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> client) {
        ServerCallStreamObserver<WatchResponse> server = (ServerCallStreamObserver<WatchResponse>) client;
        WatchStream stream = new WatchStream(store, watches, server);
        server.setOnCancelHandler(stream::close);
        server.setOnReadyHandler(stream::tell);
        watches.add(stream);
        return stream;
    }
}
