package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import com.google.protobuf.ByteString;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.simulation.Scheduler;

/** A client without a network between it and its member. */
final class TestClient {

    private final Scheduler scheduler;
    private final ServerConnection connection;
    private boolean broken;

    /** What became of a request. */
    static final class Reply<T> implements Answer<T> {

        private final Scheduler scheduler;
        T value;
        Status status;
        /** When it was answered; -1 before. */
        long at = -1;

        private Reply(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        @Override
        public void answered(T answer) {
            value = answer;
            end();
        }

        @Override
        public void failed(StatusRuntimeException failure) {
            status = failure.getStatus();
            end();
        }

        private void end() {
            assertEquals(-1, at, "answered twice");
            at = scheduler.now();
        }

        boolean isDone() {
            return at >= 0;
        }

        void assertFailed(Status.Code code, String words) {
            assertNotNull(status, () -> "answered with " + value);
            assertEquals(code + " " + words, status.getCode() + " " + status.getDescription());
        }
    }

    /** Records a watch. */
    static final class Watched implements ServerWatch.Listener {

        long created = -1;
        final List<Watch.Response> responses = new ArrayList<>();
        Status end;
        ServerWatch watch;

        @Override
        public void created(long revision) {
            created = revision;
        }

        @Override
        public void responded(Watch.Response response) {
            responses.add(response);
        }

        @Override
        public void ended(StatusRuntimeException status) {
            end = status.getStatus();
        }

        List<Long> revisions() {
            return responses.stream().flatMap(response -> response.events().stream())
                    .map(event -> event.entry().modRevision()).toList();
        }
    }

    TestClient(Scheduler scheduler, EtcdMember member) {
        this.scheduler = scheduler;
        this.connection = member.connect("client", () -> broken = true);
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static Range range(String from, String to) {
        return new Range(bytes(from), bytes(to), 0, 0, false);
    }

    static Transaction put(String key, String value, long lease) {
        return new Transaction(List.of(), List.of(new Transaction.Put(bytes(key), bytes(value), lease)), List.of());
    }

    static void runFor(Scheduler scheduler, Duration time) {
        long end = scheduler.now() + time.toNanos();
        while (scheduler.step(end)) {
            // until then
        }
    }

    ServerConnection connection() {
        return connection;
    }

    boolean isBroken() {
        return broken;
    }

    <T> Reply<T> ask(BiConsumer<ServerConnection, Answer<T>> request) {
        Reply<T> reply = new Reply<>(scheduler);
        request.accept(connection, reply);
        assertEquals(-1, reply.at, "answered within the call");
        return reply;
    }

    /** Waits up to 30 s. */
    <T> Reply<T> answer(BiConsumer<ServerConnection, Answer<T>> request) {
        Reply<T> reply = ask(request);
        long end = scheduler.now() + Duration.ofSeconds(30).toNanos();
        while (!reply.isDone() && scheduler.step(end)) {
            // until it is answered
        }
        return reply;
    }

    <T> T value(BiConsumer<ServerConnection, Answer<T>> request) {
        Reply<T> reply = answer(request);
        assertEquals(null, reply.status);
        return reply.value;
    }

    long put(String key, String value) {
        return this.<Transaction.Result> value((server, answer) -> server.commit(put(key, value, 0), answer)).revision();
    }

    Transaction.Result putLeased(String key, long lease) {
        return this.<Transaction.Result> value((server, answer) -> server.commit(put(key, "", lease), answer));
    }

    Transaction.Result delete(String key) {
        return this.<Transaction.Result> value((server, answer) -> server.commit(
                new Transaction(List.of(), List.of(new Transaction.Delete(bytes(key))), List.of()), answer));
    }

    Etcd.Lease grant(long seconds) {
        return this.<Etcd.Lease> value((server, answer) -> server.grant(seconds, answer));
    }

    Reply<Etcd.Lease> renew(long id) {
        return this.<Etcd.Lease> answer((server, answer) -> server.renew(id, answer));
    }

    /** The keys that begin with that. */
    List<String> keys(String prefix) {
        return this.<Range.Page> value((server, answer) -> server.read(range(prefix, prefix + "~"), answer)).entries().stream()
                .map(KeyValue::key).map(ByteString::toStringUtf8).toList();
    }

    Watched watch(String from, String to, long revision, boolean progress) {
        Watched watched = new Watched();
        watched.watch = connection.watch(range(from, to), revision, progress, watched);
        return watched;
    }
}
