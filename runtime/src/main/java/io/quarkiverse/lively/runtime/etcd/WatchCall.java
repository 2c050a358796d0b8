package io.quarkiverse.lively.runtime.etcd;

import java.util.function.Consumer;
import java.util.function.Function;

import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/**
 * The stream that watches are asked for on, and told by. It ends once, for whatever reason, and says so, unless it was closed;
 * what comes after its end is nobody's.
 */
final class WatchCall {

    private final Function<Throwable, EtcdException> errors;
    private final Consumer<WatchResponse> responded;
    private final Consumer<EtcdException> ended;
    private ClientCallStreamObserver<WatchRequest> requests;
    private boolean over;

    /** Both are called on a thread of the client. There is no response before there is a request. */
    WatchCall(Channel channel, Function<Throwable, EtcdException> errors, Consumer<WatchResponse> responded,
            Consumer<EtcdException> ended) {
        this.errors = errors;
        this.responded = responded;
        this.ended = ended;
        WatchGrpc.newStub(channel).watch(new Responses());
    }

    synchronized void send(WatchRequest request) {
        if (!over) {
            requests.onNext(request);
        }
    }

    void close() {
        if (endsNow()) {
            requests.cancel("no longer of use", null);
        }
    }

    /** Ends it and says so. Of its own end it hears too late to take that for the cause. */
    void cancel(Throwable cause) {
        if (endsNow()) {
            requests.cancel("no longer of use", null);
            ended.accept(errors.apply(cause));
        }
    }

    /** etcd has ended a watch by itself. */
    void cancel(WatchResponse response) {
        cancel(response.getCompactRevision() != 0
                ? EtcdErrors.compacted(response.getCompactRevision()).asRuntimeException()
                : Status.FAILED_PRECONDITION.withDescription("the watch was cancelled: " + response.getCancelReason())
                        .asRuntimeException());
    }

    synchronized boolean isOver() {
        return over;
    }

    private synchronized boolean endsNow() {
        boolean ends = !over;
        over = true;
        return ends;
    }

    private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (!isOver()) {
                responded.accept(response);
            }
        }

        @Override
        public void onError(Throwable failure) {
            cancel(failure);
        }

        @Override
        public void onCompleted() {
            cancel(Status.UNAVAILABLE.withDescription("the watch was ended").asRuntimeException());
        }
    }
}
