package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;

/**
 * A watch on a stream of its own.
 * <p>
 * jetcd's own watcher resumes by itself from the revision of the answer that created it, and so loses what was written before
 * and not delivered yet.
 */
final class WatchStream implements Watch {

    private final Listener listener;
    private final CompletableFuture<Void> created = new CompletableFuture<>();
    private final WatchCall call;

    /**
     * @param from the first revision to hear of
     * @param deadline how long to wait for the watch to be accepted
     */
    WatchStream(Channel channel, Range range, long from, Duration deadline, Function<Throwable, EtcdException> errors,
            Listener listener) {
        this.listener = listener;
        this.call = new WatchCall(channel, errors, this::responded, this::ended);
        call.send(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setKey(range.from())
                .setRangeEnd(range.to()).setStartRevision(from).setProgressNotify(true)).build());
        created.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS).whenComplete((nothing, failure) -> {
            if (failure != null) {
                call.cancel(failure);
            }
        });
    }

    WatchCall call() {
        return call;
    }

    @Override
    public void close() {
        created.complete(null);
        call.close();
    }

    private void responded(WatchResponse response) {
        if (response.getCanceled()) {
            call.cancel(response);
        } else if (response.getCreated()) {
            created.complete(null);
            listener.created(response.getHeader().getRevision());
        } else {
            List<Event> events = response.getEventsList().stream().map(WatchStream::event).toList();
            listener.responded(new Response(response.getHeader().getRevision(), events));
        }
    }

    private void ended(EtcdException cause) {
        created.complete(null);
        listener.ended(cause);
    }

    private static Event event(io.etcd.jetcd.api.Event event) {
        io.etcd.jetcd.api.KeyValue entry = event.getKv();
        boolean deleted = event.getType() == io.etcd.jetcd.api.Event.EventType.DELETE;
        return new Event(deleted, !deleted && entry.getCreateRevision() == entry.getModRevision(),
                new KeyValue(entry.getKey(), entry.getValue(), entry.getModRevision(), entry.getLease()));
    }
}
