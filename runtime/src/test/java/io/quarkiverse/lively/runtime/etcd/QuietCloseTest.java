package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.LogLines;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * A client that is closed ends without a warning of Netty ("event executor terminated") or gRPC, whatever is under way: nothing
 * connects once its threads have ended.
 */
@NeedsProgram("etcd")
@Isolated
class QuietCloseTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("/key");
    private static final Transaction READ = Transaction.read(List.of(KEY));

    private static EtcdServer etcd;

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final LogLines netty = new LogLines("io.netty", Level.WARNING);
    private final LogLines grpc = new LogLines("io.grpc", Level.WARNING);

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        etcd.close();
    }

    @AfterEach
    void stopListening() {
        netty.close();
        grpc.close();
    }

    @Test
    void withCallsAndStreamsUnderWay() {
        for (int i = 0; i < 10; i++) {
            EtcdClient client = client(new HostNames(), etcd.url());
            client.commit(READ).join();
            client.watchKeys(new Ignoring()).add(KEY, 1);
            client.renewLease(client.grantLease(Duration.ofSeconds(5)).join().id(), Duration.ofSeconds(1)).join();
            IntStream.range(0, 200).forEach(n -> client.commit(READ));
            client.close();
        }
        assertNoWarning();
    }

    @Test
    void whileItTriesOneAddressAfterTheOther() throws InterruptedException {
        String[] refusing = IntStream.range(2, 60).mapToObj(n -> "http://127.0.0." + n + ":1").toArray(String[]::new);
        for (int i = 0; i < 30; i++) {
            EtcdClient client = client(new HostNames(), refusing);
            client.commit(READ);
            Thread.sleep(i % 15);
            client.close();
            client.commit(READ);
        }
        assertNoWarning();
    }

    /** The name is resolved only after the client was closed. */
    @Test
    void whileANameIsLookedUp() {
        CountDownLatch resolved = new CountDownLatch(1);
        EtcdClient client = client(new HostNames(host -> {
            await(resolved);
            return new InetAddress[] { InetAddress.getLoopbackAddress() };
        }), etcd.urlOf("etcd.test"));
        client.commit(READ);
        client.close();
        awaitEndOfThreads();
        resolved.countDown();
        assertNoWarning();
    }

    private void assertNoWarning() {
        awaitEndOfThreads();
        Awaitility.await("it is too late").pollDelay(Duration.ofMillis(500)).until(() -> true);
        assertEquals(List.of(), Stream.of(netty, grpc).flatMap(lines -> lines.messages().stream()).toList());
    }

    private void awaitEndOfThreads() {
        Awaitility.await("the threads of closed clients end").until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("vert.x") && !before.contains(thread)));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static EtcdClient client(HostNames names, String... endpoints) {
        return new EtcdClient(new EtcdSettings(Stream.of(endpoints).map(URI::create).toList(), Duration.ofSeconds(1),
                Duration.ofSeconds(1), Duration.ofSeconds(2)), names, Optional.empty(), member -> {
                });
    }

    private static final class Ignoring implements KeyWatch.Listener {

        @Override
        public void changed(ByteString key, long revision) {
        }

        @Override
        public void ended(EtcdException cause) {
        }
    }
}
