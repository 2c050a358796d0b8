package io.quarkiverse.lively.deployment.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

/** A watch stream that fails says so to its client, which would else believe that it still watches. */
class FailedWatchStreamTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    private final Watches watches = new Watches();
    private final Store store = new Store(watches::tell);

    @Test
    void itEndsAndTheOthersGoOn() {
        Client broken = watching();
        Client other = watching();
        broken.broken = true;

        put();

        assertEquals(List.of(Status.Code.INTERNAL), broken.ended);
        assertEquals(2, other.told, "created, and the key");
        put();
        assertEquals(1, broken.ended.size());
        assertEquals(3, other.told);
    }

    /** Whatever was wrong with it. */
    @Test
    void oneThatCannotEvenBeEndedHarmsNobody() {
        Client gone = watching();
        Client other = watching();
        gone.broken = true;
        gone.gone = true;

        put();

        assertEquals(2, other.told);
    }

    @Test
    void leasesRunOutAllTheSame() {
        AtomicLong clock = new AtomicLong();
        Leases leases = new Leases(store, clock::get);
        Client broken = watching();
        Client other = watching();
        store.put(KEY, ByteString.EMPTY, leases.grant(0, 2).id());
        store.commit();
        leases.grant(0, 2);
        broken.broken = true;

        clock.addAndGet(Duration.ofSeconds(3).toNanos());
        leases.revokeExpired();

        assertEquals(List.of(), List.copyOf(leases.all()));
        assertEquals(3, other.told, "created, the key, and its end");
    }

    private Client watching() {
        Client client = new Client();
        WatchStream stream = new WatchStream(store, watches, client);
        watches.add(stream);
        stream.onNext(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY)).build());
        return client;
    }

    private void put() {
        store.put(KEY, ByteString.EMPTY, 0);
        store.commit();
    }

    /** gRPC's own cannot be made to fail at a given moment. */
    private static final class Client extends ServerCallStreamObserver<WatchResponse> {

        final List<Status.Code> ended = new ArrayList<>();
        boolean broken;
        boolean gone;
        int told;

        @Override
        public void onNext(WatchResponse response) {
            if (broken) {
                throw new IllegalStateException("on purpose");
            }
            told++;
        }

        @Override
        public void onError(Throwable failure) {
            if (gone) {
                throw new IllegalStateException("call is closed");
            }
            ended.add(Status.fromThrowable(failure).getCode());
        }

        @Override
        public void onCompleted() {
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
    }
}
