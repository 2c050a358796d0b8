package io.quarkiverse.lively.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** Of every transaction and every renewal it is told once what became of it. */
@NeedsProgram("etcd")
class MeteredEtcdTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("/key");
    private static final Duration LONG = Duration.ofSeconds(5);
    private static EtcdServer server;

    private final EtcdConnection connection = new EtcdConnection(new EtcdSettings(List.of(URI.create(server.url())), LONG,
            Duration.ofSeconds(1), Duration.ofSeconds(10)), new SystemPlatform());
    private final List<String> transactions = new CopyOnWriteArrayList<>();
    private final List<Outcome> renewals = new CopyOnWriteArrayList<>();
    private final List<Duration> latencies = new CopyOnWriteArrayList<>();
    private final MeteredEtcd etcd = new MeteredEtcd(connection, System::nanoTime,
            (kind, outcome) -> transactions.add(kind + " " + outcome), (latency, outcome) -> {
                latencies.add(latency);
                renewals.add(outcome);
            });

    @BeforeAll
    static void start() {
        server = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void transactions() {
        etcd.commit(Transaction.read(List.of(KEY))).join();
        assertTold("READ SUCCESS");
        assertTrue(etcd.commit(put(0)).join().succeeded());
        assertTold("WRITE SUCCESS");
        etcd.commit(put(0)).join();
        assertTold("WRITE CONFLICT");
        etcd.commit(Transaction.read(List.of(KEY), 1_000_000)).exceptionally(failure -> null).join();
        assertTold("READ REFUSED");
        long revision = etcd.commit(Transaction.read(List.of(KEY))).join().get(KEY).orElseThrow().modRevision();
        assertTold("READ SUCCESS");
        assertFails(etcd.commit(new Transaction(List.of(new Transaction.ModRevisionIs(KEY, revision)),
                List.of(new Transaction.Put(KEY, KEY, 4711)), List.of())));
        assertTold("WRITE LEASE_GONE");
    }

    /** It finds out something either way. */
    @Test
    void aGuardedReadIsARead() {
        Transaction.ModRevisionIs never = new Transaction.ModRevisionIs(KEY, Long.MAX_VALUE);
        List<Transaction.Operation> gets = Transaction.gets(List.of(KEY));
        etcd.commit(new Transaction(List.of(never), gets, gets)).join();
        assertTold("READ SUCCESS");
    }

    @Test
    void renewals() {
        long lease = etcd.grantLease(Duration.ofSeconds(60)).join().id();
        etcd.renewLease(lease, LONG).join();
        Awaitility.await().until(() -> renewals.equals(List.of(Outcome.SUCCESS)));
        assertTrue(latencies.get(0).compareTo(Duration.ZERO) > 0 && latencies.get(0).compareTo(LONG) < 0,
                latencies::toString);
        etcd.revokeLease(lease).join();
        assertFails(etcd.renewLease(lease, LONG));
        Awaitility.await().until(() -> renewals.equals(List.of(Outcome.SUCCESS, Outcome.LEASE_GONE)));
    }

    @Test
    void withoutAnAnswer() {
        etcd.commit(Transaction.read(List.of(KEY))).join();
        assertTold("READ SUCCESS");
        server.freeze();
        try {
            assertFails(etcd.commit(Transaction.read(List.of(KEY))));
            assertTold("READ UNAVAILABLE");
            assertFails(etcd.renewLease(1, Duration.ofMillis(200)));
            Awaitility.await().until(() -> renewals.equals(List.of(Outcome.UNAVAILABLE)));
            assertTrue(latencies.get(0).compareTo(Duration.ofMillis(200)) >= 0, latencies::toString);
        } finally {
            server.thaw();
        }
    }

    /** It is told once the future is done, and maybe a moment later. */
    private void assertTold(String expected) {
        Awaitility.await().until(() -> !transactions.isEmpty());
        assertEquals(List.of(expected), transactions);
        transactions.clear();
    }

    private static void assertFails(CompletableFuture<?> answer) {
        assertThrows(CompletionException.class, answer::join);
    }

    private static Transaction put(long revision) {
        return new Transaction(List.of(new Transaction.ModRevisionIs(KEY, revision)),
                List.of(new Transaction.Put(KEY, KEY, 0)), List.of());
    }
}
