package io.quarkiverse.lively.runtime.etcd;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;

/** Single keys, each a watch of its own, all of them on one stream. Should etcd end one of them, all end. */
final class KeyWatchStream implements KeyWatch {

    private final Listener listener;
    private final Function<Throwable, EtcdException> errors;
    /** What is asked for and not answered yet; etcd answers in the order of the questions. */
    private final Queue<Question> asked = new ArrayDeque<>();
    private final Map<ByteString, Question> wanted = new HashMap<>();
    private final Map<ByteString, Long> ids = new HashMap<>();
    private ClientCallStreamObserver<WatchRequest> requests;
    private boolean over;

    KeyWatchStream(Channel channel, Function<Throwable, EtcdException> errors, Listener listener) {
        this.listener = listener;
        this.errors = errors;
        WatchGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(KeepAliveStream.REQUIRE_LEADER))
                .watch(new Responses());
    }

    @Override
    public synchronized void add(ByteString key, long from) {
        Question question = new Question(key);
        if (!over && wanted.putIfAbsent(key, question) == null) {
            asked.add(question);
            requests.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key).setStartRevision(from)).build());
        }
    }

    @Override
    public synchronized void remove(ByteString key) {
        wanted.remove(key);
        cancel(ids.remove(key));
    }

    private synchronized void created(long id) {
        Question question = asked.poll();
        if (question != null && wanted.get(question.key) == question) {
            ids.put(question.key, id);
        } else {
            cancel(id);
        }
    }

    private synchronized void cancel(Long id) {
        if (id != null && !over) {
            requests.onNext(WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build());
        }
    }

    @Override
    public void close() {
        if (endsNow()) {
            requests.cancel("no longer of use", null);
        }
    }

    /** Ends it and says so. */
    void cancel(Throwable cause) {
        if (endsNow()) {
            requests.cancel("no longer of use", null);
            listener.ended(errors.apply(cause));
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    private synchronized boolean endsNow() {
        boolean ends = !over;
        over = true;
        return ends;
    }

    private synchronized boolean isWatched(long id) {
        return ids.containsValue(id);
    }

    /** One key from one revision on; the same key may be asked for again. */
    private static final class Question {

        final ByteString key;

        Question(ByteString key) {
            this.key = key;
        }
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
            if (response.getCreated()) {
                created(response.getWatchId());
            }
            if (!response.getCanceled()) {
                response.getEventsList()
                        .forEach(event -> listener.changed(event.getKv().getKey(), event.getKv().getModRevision()));
            } else if (isWatched(response.getWatchId())) {
                cancel(WatchStream.cancellation(response));
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
