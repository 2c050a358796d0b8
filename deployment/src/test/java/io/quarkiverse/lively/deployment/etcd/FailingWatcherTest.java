package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;

/** A watcher that cannot be told is given up, and neither the others nor the leases notice anything of it. */
class FailingWatcherTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    private final Watches watches = new Watches();
    private final Store store = new Store(watches::tell);
    private final AtomicLong clock = new AtomicLong();
    private final Leases leases = new Leases(store, clock::get);

    @Test
    void theOthersAreToldAndLeasesExpire() {
        Watcher broken = new Watcher();
        Watcher good = new Watcher();
        List.of(broken, good).forEach(this::watch);
        broken.breaks = true;
        List<Leases.Lease> both = List.of(leases.grant(0, 2), leases.grant(0, 2));
        store.put(KEY, ByteString.EMPTY, both.get(0).id());
        store.commit();
        store.put(KEY.concat(KEY), ByteString.EMPTY, both.get(1).id());
        store.commit();

        clock.addAndGet(Duration.ofSeconds(3).toNanos());
        leases.revokeExpired();

        assertEquals(List.of(), List.copyOf(leases.all()));
        assertEquals(List.of(Event.EventType.PUT, Event.EventType.PUT, Event.EventType.DELETE, Event.EventType.DELETE),
                good.told);
        assertEquals(1, broken.failures, "it was given up");
    }

    private void watch(Watcher watcher) {
        WatchStream stream = new WatchStream(store, watches, watcher);
        watches.add(stream);
        stream.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY).setRangeEnd(KeyRange.ZERO)).build());
    }

    /** One whose stream breaks at a time that no client could choose. */
    private static final class Watcher extends ServerCallStreamObserver<WatchResponse> {

        private final List<Event.EventType> told = new ArrayList<>();
        private boolean breaks;
        private int failures;

        @Override
        public void onNext(WatchResponse response) {
            if (breaks) {
                failures++;
                throw new IllegalStateException("call was closed");
            }
            response.getEventsList().forEach(event -> told.add(event.getType()));
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
        }

        @Override
        public void setCompression(String compression) {
        }

        @Override
        public void setMessageCompression(boolean enable) {
        }

        @Override
        public void disableAutoInboundFlowControl() {
        }

        @Override
        public void request(int count) {
        }

        @Override
        public void onError(Throwable failure) {
        }

        @Override
        public void onCompleted() {
        }
    }
}
