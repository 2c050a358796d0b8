package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

class WatchTest {

    private static final Range RANGE = new Range(key("a"), key("b"), 0, 10, false);

    @RegisterExtension
    private static final RealClient etcd = new RealClient();

    private final Heard heard = new Heard();

    @Test
    void itTellsWhatWasAndWhatComes() throws InterruptedException {
        long lease = etcd.client.grantLease(Duration.ofSeconds(60)).join().id();
        long first = commit(new Transaction.Put(key("a-first"), key("v"), lease),
                new Transaction.Put(key("other"), key("v"), 0));
        etcd.client.watch(RANGE, first, heard);
        assertEquals(first, heard.createdAt());
        assertEquals(List.of(new Watch.Event(false, true, new KeyValue(key("a-first"), key("v"), first, lease))),
                heard.response().events());

        long second = commit(new Transaction.Put(key("a-second"), key("w"), 0), new Transaction.Delete(key("a-first")));
        Watch.Response response = heard.response();
        assertEquals(second, response.revision());
        assertEquals(List.of(new Watch.Event(false, true, new KeyValue(key("a-second"), key("w"), second, 0)),
                new Watch.Event(true, false, new KeyValue(key("a-first"), ByteString.EMPTY, second, 0))), response.events());
    }

    @Test
    void whatWasCompactedEndsIt() throws InterruptedException {
        commit(new Transaction.Put(key("a1"), key("v"), 0));
        long last = commit(new Transaction.Put(key("a1"), key("w"), 0));
        etcd.server.keys().compact(last);
        etcd.client.watch(RANGE, last - 1, heard);
        assertEquals(EtcdException.Kind.COMPACTED, heard.end().kind());
    }

    @Test
    void aClosedOneSaysNothingAndAClosedClientEndsIt() throws InterruptedException {
        Watch closed = etcd.client.watch(RANGE, 0, heard);
        heard.createdAt();
        closed.close();
        Heard other = new Heard();
        etcd.client.watch(RANGE, 0, other);
        other.createdAt();
        commit(new Transaction.Put(key("a1"), key("v"), 0));
        other.response();
        etcd.client.close();
        assertEquals(EtcdException.Kind.UNAVAILABLE, other.end().kind());
        assertTrue(heard.calls.isEmpty(), heard.calls.toString());
    }

    @Test
    void aFrozenEtcdEndsItInTime() throws InterruptedException {
        etcd.client.read(RANGE).join();
        etcd.server.freeze();
        try {
            etcd.client.watch(RANGE, 0, heard);
            EtcdException end = heard.end();
            assertEquals(EtcdException.Kind.UNAVAILABLE, end.kind());
            assertTrue(end.getMessage().contains("no answer within 3000 ms"), end.getMessage());
        } finally {
            etcd.server.thaw();
        }
    }

    /** A page of the registry, or what a watch has missed, may be larger than a message can be. */
    @Test
    void whatIsTooLargeIsSaidToBeSo() throws InterruptedException {
        ByteString megabyte = ByteString.copyFrom(new byte[1 << 20]);
        long first = 0;
        for (int i = 0; i < 66; i++) {
            long revision = commit(new Transaction.Put(key("a" + i), megabyte, 0));
            first = first == 0 ? revision : first;
        }
        etcd.client.watch(RANGE, first, heard);
        assertEquals(EtcdException.Kind.TOO_LARGE, heard.end().kind());
        EtcdException failure = EtcdException.of(org.junit.jupiter.api.Assertions.assertThrows(
                java.util.concurrent.CompletionException.class, etcd.client.read(RANGE.limitedTo(100))::join));
        assertEquals(EtcdException.Kind.TOO_LARGE, failure.kind());
        assertEquals(10, etcd.client.read(RANGE).join().entries().size());
    }

    private long commit(Transaction.Operation... operations) {
        return etcd.client.commit(new Transaction(List.of(), List.of(operations), List.of())).join().revision();
    }

    private static ByteString key(String key) {
        return ByteString.copyFromUtf8(key);
    }

    private static final class Heard implements Watch.Listener {

        private final BlockingQueue<Object> calls = new LinkedBlockingQueue<>();

        @Override
        public void created(long revision) {
            calls.add(revision);
        }

        @Override
        public void responded(Watch.Response response) {
            calls.add(response);
        }

        @Override
        public void ended(EtcdException cause) {
            calls.add(cause);
        }

        long createdAt() throws InterruptedException {
            return (Long) calls.poll(10, TimeUnit.SECONDS);
        }

        Watch.Response response() throws InterruptedException {
            return (Watch.Response) calls.poll(10, TimeUnit.SECONDS);
        }

        EtcdException end() throws InterruptedException {
            Object call = calls.poll(10, TimeUnit.SECONDS);
            return call instanceof EtcdException end ? end : end();
        }
    }
}
