package io.quarkiverse.lively.deployment.etcd;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.StreamObserver;

/** One stream of a client, with the watches that it has asked for. A response has the events of one revision. */
final class WatchStream implements StreamObserver<WatchRequest> {

    /** Of a response that is meant for all watches of the stream, and of a watch that was refused. */
    private static final long NO_WATCH = -1;

    private final Store store;
    private final Watches all;
    private final StreamObserver<WatchResponse> client;
    private final Map<Long, Watch> watches = new LinkedHashMap<>();
    /** Also of those that came too late for what they want to see: as with etcd, they can be canceled once more. */
    private final Set<Long> ids = new HashSet<>();
    private long nextId;

    WatchStream(Store store, Watches all, StreamObserver<WatchResponse> client) {
        this.store = store;
        this.all = all;
        this.client = client;
    }

    @Override
    public void onNext(WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> client.onNext(response(NO_WATCH).build());
            default -> {
                // One of a later etcd, which an earlier one does not answer either.
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        close();
    }

    @Override
    public void onCompleted() {
        close();
        client.onCompleted();
    }

    void close() {
        all.remove(this);
    }

    void tell(List<Event> events) {
        watches.forEach((id, watch) -> tell(id, watch, events));
    }

    void tellProgress() {
        watches.forEach((id, watch) -> {
            if (watch.owesProgress()) {
                client.onNext(response(id).build());
            }
        });
    }

    private void create(WatchCreateRequest request) {
        Watch watch = new Watch(request, store);
        if (watch.isEmpty()) {
            client.onNext(response(NO_WATCH).setCreated(true).setCanceled(true)
                    .setCancelReason("mvcc: watcher range is empty").build());
            return;
        }
        long id = nextId++;
        ids.add(id);
        client.onNext(response(id).setCreated(true).build());
        if (watch.from() < store.compactedRevision()) {
            client.onNext(WatchResponse.newBuilder().setHeader(Headers.at(0)).setWatchId(id).setCanceled(true)
                    .setCompactRevision(store.compactedRevision()).build());
            return;
        }
        watches.put(id, watch);
        store.since(watch.from()).forEach(events -> tell(id, watch, events));
    }

    private void cancel(long id) {
        if (ids.remove(id)) {
            watches.remove(id);
            client.onNext(response(id).setCanceled(true).build());
        }
    }

    private void tell(long id, Watch watch, List<Event> events) {
        List<Event> seen = watch.see(events);
        if (!seen.isEmpty()) {
            ResponseHeader header = Headers.at(seen.get(0).getKv().getModRevision());
            client.onNext(WatchResponse.newBuilder().setHeader(header).setWatchId(id).addAllEvents(seen).build());
        }
    }

    private WatchResponse.Builder response(long id) {
        return WatchResponse.newBuilder().setHeader(Headers.at(store.revision())).setWatchId(id);
    }
}
