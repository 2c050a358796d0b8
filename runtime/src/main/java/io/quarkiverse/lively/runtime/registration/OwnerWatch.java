package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
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
 * <p>
 * A watch costs etcd nearly as much as a registration. So that many registrations do not wait for watches, only some are asked
 * for at a time.
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

    /** Of publications, each {@link #PAUSE}. */
    private static final int AT_A_TIME = 20;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Etcd etcd;
    private final Worker worker;
    private final Backoff backoff;
    private final Map<ByteString, Publication> watched = new HashMap<>();
    /** Those that the stream is still to be asked for. */
    private final Set<Publication> waiting = new LinkedHashSet<>();

    private KeyWatch stream = NONE;
    private Worker.Timer reopening = () -> {
    };
    private boolean pausing;

    OwnerWatch(Etcd etcd, Worker worker, Duration ttl, RandomGenerator random) {
        this.etcd = etcd;
        this.worker = worker;
        this.backoff = new Backoff(ttl, random);
    }

    /** From what it has seen on. */
    void add(Publication publication) {
        for (ByteString key : publication.owned()) {
            if (watched.put(key, publication) == null) {
                waiting.add(publication);
            }
        }
        ask();
    }

    void remove(Publication publication) {
        waiting.remove(publication);
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
        waiting.clear();
        reopening.cancel();
        stream.close();
        stream = NONE;
    }

    private void ask() {
        if (pausing || waiting.isEmpty()) {
            return;
        }
        Iterator<Publication> next = waiting.iterator();
        for (int i = 0; i < AT_A_TIME && next.hasNext(); i++) {
            Publication publication = next.next();
            next.remove();
            publication.owned().forEach(key -> stream().add(key, publication.seenRevision() + 1));
        }
        pausing = true;
        worker.after(PAUSE, () -> {
            pausing = false;
            ask();
        });
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
        // All of them will be asked for again, after the pause.
        waiting.clear();
        if (cause.kind() == EtcdException.Kind.COMPACTED) {
            // There is nothing to go on from but a new look: each in a task of its own, since one may fail.
            watched.values().stream().distinct().forEach(publication -> worker.execute(publication::changed));
        }
        reopening.cancel();
        reopening = worker.after(backoff.next(), this::open);
    }

    private void open() {
        waiting.addAll(watched.values());
        ask();
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
