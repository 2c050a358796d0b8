package io.quarkiverse.lively.deployment.etcd;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jboss.logging.Logger;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One stream of a client, with the watches that it has asked for. A response has the events of one revision. What a client does
 * not take yet waits in the history of the store.
 */
final class WatchStream implements StreamObserver<WatchRequest> {

    private static final Logger LOG = Logger.getLogger(WatchStream.class);

    /** Of a response that is meant for all watches of the stream, and of a watch that was refused. */
    private static final long NO_WATCH = -1;

    private final Store store;
    private final Watches all;
    private final ServerCallStreamObserver<WatchResponse> client;
    private final Map<Long, Watch> watches = new LinkedHashMap<>();
    /** Also of those that came too late for what they want to see: as with etcd, they can be canceled once more. */
    private final Set<Long> ids = new HashSet<>();
    private long nextId;
    private boolean progressRequested;

    WatchStream(Store store, Watches all, ServerCallStreamObserver<WatchResponse> client) {
        this.store = store;
        this.all = all;
        this.client = client;
    }

    @Override
    public void onNext(WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> {
                progressRequested = true;
                tell();
            }
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

    /** Ends it as a failure of the server: a client that hears nothing would believe that nothing happens. */
    void fail(RuntimeException cause) {
        close();
        try {
            client.onError(
                    Status.INTERNAL.withDescription("etcdserver: the watch failed").withCause(cause).asRuntimeException());
        } catch (RuntimeException e) {
            // It has ended already, so the client knows.
            LOG.debug("A watch stream that failed had ended before", e);
        }
    }

    /** Tells what the client has not been told yet, as far as it takes it. Called again when it takes more. */
    void tell() {
        new LinkedHashMap<>(watches).forEach(this::tell);
        if (progressRequested && watches.values().stream().noneMatch(this::lags)) {
            progressRequested = false;
            client.onNext(response(NO_WATCH).build());
        }
    }

    void tellProgress() {
        watches.forEach((id, watch) -> {
            if (watch.owesProgress() && !lags(watch)) {
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
        watches.put(id, watch);
        tell(id, watch);
    }

    private void cancel(long id) {
        if (ids.remove(id)) {
            watches.remove(id);
            client.onNext(response(id).setCanceled(true).build());
        }
    }

    private void tell(long id, Watch watch) {
        if (watch.next() < store.compactedRevision()) {
            watches.remove(id);
            client.onNext(WatchResponse.newBuilder().setHeader(Headers.at(0)).setWatchId(id).setCanceled(true)
                    .setCompactRevision(store.compactedRevision()).build());
            return;
        }
        store.since(watch.next()).entrySet().stream().takeWhile(revision -> client.isReady()).forEach(revision -> {
            List<Event> seen = watch.see(revision.getKey(), revision.getValue());
            if (!seen.isEmpty()) {
                client.onNext(WatchResponse.newBuilder().setHeader(Headers.at(revision.getKey())).setWatchId(id)
                        .addAllEvents(seen).build());
            }
        });
    }

    private boolean lags(Watch watch) {
        return watch.next() <= store.revision();
    }

    private WatchResponse.Builder response(long id) {
        return WatchResponse.newBuilder().setHeader(Headers.at(store.revision())).setWatchId(id);
    }
}
