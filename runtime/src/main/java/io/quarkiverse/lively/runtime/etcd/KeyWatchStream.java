package io.quarkiverse.lively.runtime.etcd;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;

/** Single keys, each a watch of its own, all of them on one stream. Should etcd end one of them, all end. */
final class KeyWatchStream implements KeyWatch {

    private final Listener listener;
    private final WatchCall call;
    /** What is asked for and not answered yet; etcd answers in the order of the questions. */
    private final Queue<Question> asked = new ArrayDeque<>();
    private final Map<ByteString, Question> wanted = new HashMap<>();
    private final Map<ByteString, Long> ids = new HashMap<>();

    KeyWatchStream(Channel channel, Function<Throwable, EtcdException> errors, Listener listener) {
        this.listener = listener;
        this.call = new WatchCall(channel, errors, this::responded, listener::ended);
    }

    WatchCall call() {
        return call;
    }

    @Override
    public synchronized void add(ByteString key, long from) {
        Question question = new Question(key);
        if (wanted.putIfAbsent(key, question) == null) {
            asked.add(question);
            call.send(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key).setStartRevision(from)).build());
        }
    }

    @Override
    public synchronized void remove(ByteString key) {
        wanted.remove(key);
        Long id = ids.remove(key);
        if (id != null) {
            cancel(id);
        }
    }

    @Override
    public void close() {
        call.close();
    }

    private void responded(WatchResponse response) {
        if (response.getCreated()) {
            created(response.getWatchId());
        }
        if (!response.getCanceled()) {
            response.getEventsList()
                    .forEach(event -> listener.changed(event.getKv().getKey(), event.getKv().getModRevision()));
        } else if (isWatched(response.getWatchId())) {
            call.cancel(response);
        }
    }

    private synchronized void created(long id) {
        Question question = asked.poll();
        if (question != null && wanted.get(question.key) == question) {
            ids.put(question.key, id);
        } else {
            cancel(id);
        }
    }

    private void cancel(long id) {
        call.send(WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build());
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
}
