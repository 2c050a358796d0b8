package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;

/** Single keys on one stream, against a real etcd. */
class KeyWatchTest {

    @RegisterExtension
    private static final RealClient etcd = new RealClient();

    private final Heard heard = new Heard();

    @Test
    void itTellsOfItsKeysAndOfNoOthers() {
        long before = put("a");
        KeyWatch watch = etcd.client.watchKeys(heard);
        watch.add(key("a"), before + 1);
        watch.add(key("b"), before + 1);
        put("ab");
        long second = put("b");
        assertEquals(new Change(key("b"), second), heard.next());
        long third = delete("a");
        assertEquals(new Change(key("a"), third), heard.next());
    }

    @Test
    void whatHappenedBeforeItWasAddedIsTold() {
        long first = put("a");
        long second = put("b");
        KeyWatch watch = etcd.client.watchKeys(heard);
        watch.add(key("a"), first);
        watch.add(key("b"), first);
        assertEquals(Set.of(new Change(key("a"), first), new Change(key("b"), second)), Set.of(heard.next(), heard.next()));
    }

    @Test
    void aKeyThatWasRemovedIsWatchedNoMoreAndMayComeBack() {
        KeyWatch watch = etcd.client.watchKeys(heard);
        watch.add(key("a"), 0);
        watch.add(key("b"), 0);
        watch.remove(key("a"));
        awaitWatching("b");
        put("a");
        long second = put("b");
        assertEquals(new Change(key("b"), second), heard.next());
        watch.add(key("a"), second + 1);
        long third = put("a");
        assertEquals(new Change(key("a"), third), heard.next());
        watch.remove(key("a"));
        put("a");
        long last = put("b");
        assertEquals(new Change(key("b"), last), heard.next());
    }

    @Test
    void aRevisionThatWasCompactedEndsIt() throws InterruptedException {
        long first = put("a");
        long second = put("a");
        etcd.server.keys().compact(second);
        KeyWatch watch = etcd.client.watchKeys(heard);
        watch.add(key("b"), 0);
        watch.add(key("a"), first);
        assertEquals(EtcdException.Kind.COMPACTED, heard.ends.poll(5, TimeUnit.SECONDS).kind());
    }

    @Test
    void itEndsWithItsClient() throws InterruptedException {
        etcd.client.watchKeys(heard).add(key("a"), 0);
        etcd.client.close();
        assertEquals(EtcdException.Kind.UNAVAILABLE, heard.ends.poll(5, TimeUnit.SECONDS).kind());
    }

    @Test
    void onceItIsClosedItIsSilent() throws InterruptedException {
        KeyWatch watch = etcd.client.watchKeys(heard);
        watch.add(key("a"), 0);
        awaitWatching("a");
        watch.close();
        put("a");
        assertEquals(null, heard.within(200));
        etcd.client.close();
        assertEquals(null, heard.ends.poll(200, TimeUnit.MILLISECONDS));
    }

    /** A watch from now on may be made after what the test writes next: so write until it tells. */
    private void awaitWatching(String key) {
        for (int i = 0; i < 50; i++) {
            put(key);
            if (heard.within(100) != null) {
                while (heard.within(100) != null) {
                    // What was written before it told.
                }
                return;
            }
        }
        throw new AssertionError("The watch tells nothing of " + key);
    }

    private long put(String key) {
        return commit(new Transaction.Put(key(key), key("v"), 0));
    }

    private long delete(String key) {
        return commit(new Transaction.Delete(key(key)));
    }

    private long commit(Transaction.Operation operation) {
        return etcd.client.commit(new Transaction(List.of(), List.of(operation), List.of())).join().revision();
    }

    private static ByteString key(String name) {
        return ByteString.copyFromUtf8(name);
    }

    private record Change(ByteString key, long revision) {
    }

    private static final class Heard implements KeyWatch.Listener {

        final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
        final BlockingQueue<EtcdException> ends = new LinkedBlockingQueue<>();

        @Override
        public void changed(ByteString key, long revision) {
            changes.add(new Change(key, revision));
        }

        @Override
        public void ended(EtcdException cause) {
            ends.add(cause);
        }

        Change next() {
            Change change = within(5_000);
            assertNotNull(change, "nothing was told");
            return change;
        }

        Change within(int milliseconds) {
            try {
                return changes.poll(milliseconds, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
