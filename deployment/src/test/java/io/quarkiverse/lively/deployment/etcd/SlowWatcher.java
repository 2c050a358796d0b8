package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/** Watches a key, and reads one response only when it is told to. */
final class SlowWatcher implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {

    private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private ClientCallStreamObserver<WatchRequest> requests;

    /** Once it is watched. */
    SlowWatcher(Channel channel, ByteString key) throws InterruptedException {
        WatchGrpc.newStub(channel).watch(this);
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setKey(key)).build());
        assertTrue(read().getCreated());
    }

    WatchResponse read() throws InterruptedException {
        requests.request(1);
        WatchResponse response = responses.poll(10, TimeUnit.SECONDS);
        assertTrue(response != null, "nothing to read");
        return response;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        requests = stream;
        stream.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(WatchResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
        // What would have come is missed.
    }

    @Override
    public void onCompleted() {
        // So it is here.
    }

    @Override
    public void close() {
        requests.cancel("read enough", null);
    }
}
