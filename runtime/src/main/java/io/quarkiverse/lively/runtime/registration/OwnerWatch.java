package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyWatch;
import io.quarkiverse.lively.runtime.worker.Backoff;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Tells the publications of this process at once when somebody writes what they own. It only makes them look earlier: without
 * it they look each half TTL. So it may miss something while its stream is away, and is opened again from what each of them
 * has seen. It lives on the worker thread.
 */
final class OwnerWatch {

    private static final KeyWatch NONE = new KeyWatch() {
        @Override
        public void add(ByteString key, long from) {
        }

        @Override
        public void remove(ByteString key) {
        }

        @Override
        public void close() {
        }
    };

    private final Etcd etcd;
    private final Worker worker;
    private final Backoff backoff;
    private final Map<ByteString, Publication> watched = new HashMap<>();

    private KeyWatch stream = NONE;
    private Worker.Timer reopening = () -> {
    };

    OwnerWatch(Etcd etcd, Worker worker, Duration ttl, RandomGenerator random) {
        this.etcd = etcd;
        this.worker = worker;
        this.backoff = new Backoff(ttl, random);
    }

    /** From what it has seen on. */
    void add(Publication publication) {
        for (ByteString key : publication.owned()) {
            if (watched.put(key, publication) == null) {
                stream().add(key, publication.seenRevision() + 1);
            }
        }
    }

    void remove(Publication publication) {
        for (ByteString key : publication.owned()) {
            if (watched.remove(key, publication)) {
                stream.remove(key);
            }
        }
        if (watched.isEmpty()) {
            close();
        }
    }

    void close() {
        watched.clear();
        reopening.cancel();
        stream.close();
        stream = NONE;
    }

    private KeyWatch stream() {
        if (stream == NONE) {
            Heard heard = new Heard();
            stream = etcd.watchKeys(heard);
            heard.by = stream;
        }
        return stream;
    }

    private void ended(EtcdException cause) {
        stream = NONE;
        if (cause.kind() == EtcdException.Kind.COMPACTED) {
            // There is nothing to go on from but a new look.
            watched.values().stream().distinct().toList().forEach(Publication::changed);
        }
        reopening.cancel();
        reopening = worker.after(backoff.next(), this::open);
    }

    private void open() {
        Map.copyOf(watched).forEach((key, publication) -> stream().add(key, publication.seenRevision() + 1));
    }

    /** What is heard of a stream that is not the present one any more does not count. */
    private final class Heard implements KeyWatch.Listener {

        private KeyWatch by;

        @Override
        public void changed(ByteString key, long revision) {
            worker.execute(() -> {
                if (by == stream && watched.containsKey(key)) {
                    backoff.reset();
                    watched.get(key).changed(revision);
                }
            });
        }

        @Override
        public void ended(EtcdException cause) {
            worker.execute(() -> {
                if (by == stream) {
                    OwnerWatch.this.ended(cause);
                }
            });
        }
    }
}
