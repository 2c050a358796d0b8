package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

/** What a watch is asked for before it is open is done once it is, in the same order. */
class OpeningKeyWatchTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    private final List<String> done = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final CompletableFuture<KeyWatch> opened = new CompletableFuture<>();
    private final KeyWatch watch = OpeningKeyWatch.of(opened, new KeyWatch.Listener() {

        @Override
        public void changed(ByteString key, long revision) {
            // Nothing is written.
        }

        @Override
        public void ended(EtcdException cause) {
            ends.add(cause.getMessage());
        }
    });

    @Test
    void inTheOrderInWhichItWasAskedFor() {
        watch.add(KEY, 7);
        watch.remove(KEY);
        watch.add(KEY, 8);
        opened.complete(new Steps());
        watch.close();
        assertEquals(List.of("add 7", "remove", "add 8", "close"), done);
    }

    @Test
    void aStepThatFailsKeepsNoOtherFromBeingDone() {
        watch.add(KEY, -1);
        watch.close();
        opened.complete(new Steps());
        assertEquals(List.of("close"), done);
    }

    @Test
    void oneThatCannotBeOpenedHasEnded() {
        watch.add(KEY, 7);
        opened.completeExceptionally(new EtcdException(EtcdException.Kind.UNAVAILABLE, "it is away", null));
        watch.close();
        assertEquals(List.of("it is away"), ends);
        assertEquals(List.of(), done);
    }

    private final class Steps implements KeyWatch {

        @Override
        public void add(ByteString key, long from) {
            if (from < 0) {
                throw new IllegalArgumentException("no revision");
            }
            done.add("add " + from);
        }

        @Override
        public void remove(ByteString key) {
            done.add("remove");
        }

        @Override
        public void close() {
            done.add("close");
        }
    }
}
