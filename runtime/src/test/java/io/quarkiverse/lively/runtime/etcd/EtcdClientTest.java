package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

@NeedsProgram("etcd")
@Isolated
class EtcdClientTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final ByteString KEY = ByteString.copyFromUtf8("/key");
    private static final ByteString VALUE = ByteString.copyFromUtf8("value");

    private EtcdServer server;
    private EtcdClient client;

    @BeforeEach
    void start() {
        server = EtcdServer.started();
        client = new EtcdClient(settings(server.url()));
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    @Test
    void aTransactionTakesTheBranchThatItsComparesSay() {
        Transaction putIfAbsent = new Transaction(List.of(new Transaction.ModRevisionIs(KEY, 0)),
                List.of(new Transaction.Put(KEY, VALUE, 0)), Transaction.gets(List.of(KEY)));
        Transaction.Result first = client.commit(putIfAbsent).join();
        assertTrue(first.succeeded());
        assertTrue(first.found().isEmpty());

        Transaction.Result second = client.commit(putIfAbsent).join();
        assertFalse(second.succeeded());
        assertEquals(new KeyValue(KEY, VALUE, first.revision(), 0), second.get(KEY).orElseThrow());

        Transaction deleteIfSame = new Transaction(List.of(new Transaction.ValueIs(KEY, VALUE)),
                List.of(new Transaction.Delete(KEY)), List.of());
        assertTrue(client.commit(deleteIfSame).join().succeeded());
        assertFalse(client.commit(deleteIfSame).join().succeeded());
    }

    @Test
    void aFrozenEtcdIsUnavailableWhenTheTimeIsUp() {
        client.read(everything()).join();
        server.freeze();
        long asked = System.nanoTime();
        EtcdException failure = failure(client.read(everything()));
        long milliseconds = (System.nanoTime() - asked) / 1_000_000;
        server.thaw();
        assertEquals(EtcdException.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains(server.url()), failure.getMessage());
        assertTrue(failure.getMessage().contains("no answer within 1000 ms"), failure.getMessage());
        System.out.printf("a frozen etcd was given up after %d ms (promised: 1000 ms)%n", milliseconds);
        assertTrue(milliseconds < 3000);
    }

    @Test
    void anAbsentEtcdIsUnavailableAtOnce() {
        server.kill();
        EtcdException failure = failure(client.grantLease(Duration.ofSeconds(5)));
        assertEquals(EtcdException.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains("Connection refused"), failure.getMessage());
    }

    @Test
    void aLeaseIsRenewedAlsoOnANewStream() {
        Etcd.Lease lease = client.grantLease(Duration.ofMillis(4500)).join();
        assertEquals(Duration.ofSeconds(5), lease.ttl(), "rounded up");
        assertEquals(lease, client.renewLease(lease.id(), TIMEOUT).join());
        assertEquals(lease, client.renewLease(lease.id(), TIMEOUT).join());

        server.kill();
        assertEquals(EtcdException.Kind.UNAVAILABLE, failure(client.renewLease(lease.id(), TIMEOUT)).kind());
        server.start();
        Awaitility.await("the stream is opened again").atMost(Duration.ofSeconds(20)).ignoreExceptions()
                .until(() -> client.renewLease(lease.id(), TIMEOUT).join().equals(lease));
    }

    @Test
    void aRenewalThatIsNotAnsweredFailsInItsOwnTimeAndItsLateAnswerIsNobodys() {
        Etcd.Lease first = client.grantLease(Duration.ofSeconds(60)).join();
        Etcd.Lease second = client.grantLease(Duration.ofSeconds(50)).join();
        client.renewLease(first.id(), TIMEOUT).join();
        server.freeze();
        CompletableFuture<Etcd.Lease> late = client.renewLease(first.id(), Duration.ofMillis(300));
        assertEquals(EtcdException.Kind.UNAVAILABLE, failure(late).kind());
        server.thaw();
        assertEquals(second, client.renewLease(second.id(), Duration.ofSeconds(5)).join());
    }

    @Test
    void aLeaseThatIsGoneIsSaidToBeSo() {
        Etcd.Lease lease = client.grantLease(Duration.ofSeconds(5)).join();
        client.renewLease(lease.id(), TIMEOUT).join();
        client.revokeLease(lease.id()).join();
        client.revokeLease(lease.id()).join();
        assertEquals(EtcdException.Kind.LEASE_NOT_FOUND, failure(client.renewLease(lease.id(), TIMEOUT)).kind());
        Transaction put = new Transaction(List.of(), List.of(new Transaction.Put(KEY, VALUE, lease.id())), List.of());
        assertEquals(EtcdException.Kind.LEASE_NOT_FOUND, failure(client.commit(put)).kind());
    }

    @Test
    void aRevisionThatWasCompactedIsSaidToBeSo() {
        for (int i = 0; i < 3; i++) {
            client.commit(new Transaction(List.of(), List.of(new Transaction.Put(KEY, VALUE, 0)), List.of())).join();
        }
        server.keys().compact(4);
        assertEquals(EtcdException.Kind.COMPACTED, failure(client.read(everything().at(2))).kind());
    }

    @Test
    void anIpv6AddressIsAnEndpoint() {
        try (EtcdClient absent = new EtcdClient(settings("http://[::1]:1"))) {
            EtcdException failure = failure(absent.read(everything()));
            assertTrue(failure.getMessage().startsWith("etcd at http://[::1]:1 cannot be reached"), failure.getMessage());
            assertTrue(failure.getMessage().contains("efused") || failure.getMessage().contains("nreachable"),
                    failure.getMessage());
        }
    }

    @Test
    void itLeavesNoThreadBehind() {
        Thread[] before = threads();
        for (int i = 0; i < 3; i++) {
            EtcdClient another = new EtcdClient(settings(server.url()));
            another.read(everything()).join();
            another.renewLease(another.grantLease(Duration.ofSeconds(5)).join().id(), TIMEOUT).join();
            another.close();
        }
        Awaitility.await("the threads of closed clients end").atMost(Duration.ofSeconds(10)).until(
                () -> List.of(threads()).stream().filter(thread -> !List.of(before).contains(thread))
                        .noneMatch(thread -> thread.getName().contains("vert.x") || thread.getName().startsWith("jetcd")));
    }

    private static Thread[] threads() {
        return Thread.getAllStackTraces().keySet().toArray(Thread[]::new);
    }

    private static Range everything() {
        return new Range(ByteString.copyFromUtf8("/"), ByteString.copyFromUtf8("0"), 0, 10, false);
    }

    private static EtcdSettings settings(String url) {
        return new EtcdSettings(List.of(URI.create(url)), TIMEOUT, TIMEOUT, Duration.ofSeconds(2));
    }

    private static EtcdException failure(CompletableFuture<?> call) {
        return EtcdException.of(assertThrows(CompletionException.class, call::join));
    }
}
