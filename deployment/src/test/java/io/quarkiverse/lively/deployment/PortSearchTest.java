package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import com.sun.net.httpserver.HttpServer;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;

/** At a port there is nothing, or an etcd of Dev Services, or something else. */
class PortSearchTest {

    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final String MARK = "test/ours";

    @Test
    void nothing() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertEquals(Optional.empty(), search(port).find());
    }

    @Test
    void anEtcdWithTheMark() throws IOException {
        try (MemoryEtcd etcd = MemoryEtcd.started(0)) {
            mark(etcd, MARK);

            assertEquals(Optional.of(found(etcd)), search(etcd.port()).find());
        }
    }

    /** Its owner has started it, and is about to write the mark. */
    @Test
    void anEtcdThatIsMarkedSoon() throws Exception {
        try (MemoryEtcd etcd = MemoryEtcd.started(0)) {
            CompletableFuture<Optional<LocalEtcd>> found = CompletableFuture
                    .supplyAsync(new PortSearch(etcd.port(), MARK, BOUND)::find);
            mark(etcd, MARK);

            assertEquals(Optional.of(found(etcd)), found.get(BOUND.toSeconds(), TimeUnit.SECONDS));
        }
    }

    /** Until then its owner could still be about to write the mark. */
    @Test
    void anEtcdThatIsNotOfDevServicesOnceThePatienceIsOver() throws IOException {
        try (MemoryEtcd etcd = MemoryEtcd.started(0)) {
            long start = System.nanoTime();

            assertIsTaken(etcd.port(), "an etcd that is not of Dev Services");
            assertTrue(System.nanoTime() - start >= PATIENCE.toNanos());
        }
    }

    @Test
    void theEtcdOfAnotherUser() throws IOException {
        try (MemoryEtcd etcd = MemoryEtcd.started(0)) {
            mark(etcd, "other/ours");

            assertIsTaken(etcd.port(), "an etcd of the Dev Services of other/ours");
        }
    }

    @Test
    void theFirstMarkStays() throws IOException {
        try (MemoryEtcd etcd = MemoryEtcd.started(0); EtcdProbe second = new EtcdProbe("127.0.0.1", etcd.port())) {
            mark(etcd, MARK);

            assertFalse(second.leave("other/ours", PATIENCE));
            assertEquals(Optional.of(MARK), second.mark(PATIENCE));
        }
    }

    @Test
    void aWebServer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            assertIsTaken(server.getAddress().getPort(), "something that does not answer as an etcd (");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void somethingThatNeverAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertIsTaken(silent.getLocalPort(), "something that does not answer as an etcd (");
        }
    }

    private static void assertIsTaken(int port, String by) {
        String message = assertTimeout(BOUND, () -> assertThrows(PortTakenException.class, search(port)::find)).getMessage();
        assertTrue(message.startsWith("Port " + port + " is taken by " + by), message);
        assertTrue(message.endsWith("set quarkus.lively.devservices.port to the same free port in all of them"), message);
    }

    private static PortSearch search(int port) {
        return new PortSearch(port, MARK, PATIENCE);
    }

    private static FoundEtcd found(MemoryEtcd etcd) {
        return new FoundEtcd("etcd 3.4.0-embedded of another application", "http://127.0.0.1:" + etcd.port(), null, true);
    }

    private static void mark(MemoryEtcd etcd, String mark) {
        try (EtcdProbe owner = new EtcdProbe("127.0.0.1", etcd.port())) {
            assertTrue(owner.leave(mark, BOUND));
        }
    }
}
