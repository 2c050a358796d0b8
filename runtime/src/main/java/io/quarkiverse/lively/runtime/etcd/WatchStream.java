package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;

/**
 * A watch on a stream of its own.
 * <p>
 * jetcd's own watcher resumes by itself from the revision of the answer that created it, and so loses what was written before
 * and not delivered yet.
 */
final class WatchStream implements Watch {

    private final Listener listener;
    private final Function<Throwable, EtcdException> errors;
    private final CompletableFuture<Void> created = new CompletableFuture<>();
    private ClientCallStreamObserver<WatchRequest> requests;
    private boolean over;

    /**
     * @param from the first revision to hear of
     * @param deadline how long to wait for the watch to be accepted
     */
    WatchStream(Channel channel, Range range, long from, Duration deadline, Function<Throwable, EtcdException> errors,
            Listener listener) {
        this.listener = listener;
        this.errors = errors;
        WatchGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(KeepAliveStream.REQUIRE_LEADER))
                .watch(new Responses());
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setKey(range.from())
                .setRangeEnd(range.to()).setStartRevision(from).setProgressNotify(true)).build());
        created.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS).whenComplete((nothing, failure) -> {
            if (failure != null) {
                cancel(failure);
            }
        });
    }

    @Override
    public void close() {
        if (begin(true)) {
            created.complete(null);
            requests.cancel("no longer of use", null);
        }
    }

    /** Ends it and says so. Of its own end it hears too late to take that for the cause. */
    void cancel(Throwable cause) {
        if (begin(true)) {
            requests.cancel("no longer of use", null);
            created.complete(null);
            listener.ended(errors.apply(cause));
        }
    }

    boolean isOver() {
        return !begin(false);
    }

    /** Whether it was not over yet. */
    private synchronized boolean begin(boolean theEnd) {
        boolean first = !over;
        over |= theEnd;
        return first;
    }

    /** Why etcd ended a watch by itself. */
    static Exception cancellation(WatchResponse response) {
        return response.getCompactRevision() != 0
                ? Status.OUT_OF_RANGE.withDescription("revision " + response.getCompactRevision()
                        + " and those before it were compacted").asRuntimeException()
                : Status.FAILED_PRECONDITION.withDescription("the watch was cancelled: " + response.getCancelReason())
                        .asRuntimeException();
    }

    private static Event event(io.etcd.jetcd.api.Event event) {
        io.etcd.jetcd.api.KeyValue entry = event.getKv();
        return new Event(event.getType() == io.etcd.jetcd.api.Event.EventType.DELETE,
                new KeyValue(entry.getKey(), entry.getValue(), entry.getModRevision(), entry.getLease()));
    }

    private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (isOver()) {
                return;
            }
            if (response.getCanceled()) {
                cancel(cancellation(response));
            } else if (response.getCreated()) {
                created.complete(null);
                listener.created(response.getHeader().getRevision());
            } else {
                List<Event> events = response.getEventsList().stream().map(WatchStream::event).toList();
                listener.responded(new Response(response.getHeader().getRevision(), events));
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
