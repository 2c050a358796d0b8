package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** The keys of others cost a registry nothing, however many: {@code -Dlively.foreign.keys=1000000} for more. */
@NeedsProgram("etcd")
class ForeignKeysTest {

    private static final int KEYS = Integer.getInteger("lively.foreign.keys", 100_000);
    private static final int KEYS_A_WRITE = 125;
    private static final int WRITES_AT_ONCE = 64;
    /** Right before and right after what is listed and watched, on every level. */
    private static final List<String> BESIDE = List.of("/", "/service/", "/services", "/services.", "/services/",
            "/services/a/",
            "/services/by", "/services/by.", "/services/history/", "/services/z", "/services0", "zzz/");

    @Test
    void theyAreNotEvenLookedAt() throws Exception {
        try (EtcdServer server = EtcdServer.started(); Views views = new Views()) {
            EtcdConnection etcd = views.connect(server.url());
            KeyLayout layout = new KeyLayout("");
            RawFleet fleet = new RawFleet(etcd, layout);
            fleet.register("u");
            LocalView early = views.readyView(etcd, layout);
            long begun = System.nanoTime();
            write(fleet);
            Duration written = since(begun);

            begun = System.nanoTime();
            assertEquals(1, new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join().size());
            Duration listed = since(begun);
            begun = System.nanoTime();
            LocalView late = views.readyView(etcd, layout);
            Duration ready = since(begun);
            begun = System.nanoTime();
            long revision = fleet.down("u", "type", "u");
            for (LocalView view : List.of(early, late)) {
                view.awaitRevision(revision).await().atMost(Duration.ofSeconds(10));
                assertEquals(1, view.list(ServiceQuery.all()).size());
            }
            System.out.printf("%,d foreign keys, written in %d ms: list %d ms, view ready %d ms, change seen %d ms%n", KEYS,
                    written.toMillis(), listed.toMillis(), ready.toMillis(), since(begun).toMillis());
            assertTrue(listed.toMillis() < 2_000, listed.toString());
            assertTrue(ready.toMillis() < 3_000, ready.toString());
        }
    }

    private static void write(RawFleet fleet) {
        for (int from = 0; from < KEYS; from += KEYS_A_WRITE * WRITES_AT_ONCE) {
            int first = from;
            CompletableFuture.allOf(IntStream.range(0, WRITES_AT_ONCE)
                    .mapToObj(write -> fleet.etcd().commit(new Transaction(List.of(),
                            IntStream.range(0, KEYS_A_WRITE).<Operation> mapToObj(i -> {
                                int number = first + write * KEYS_A_WRITE + i;
                                return new Put(ByteString.copyFromUtf8(BESIDE.get(number % BESIDE.size()) + number),
                                        ByteString.copyFromUtf8("foreign"), 0);
                            }).toList(), List.of())))
                    .toArray(CompletableFuture[]::new)).join();
        }
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
