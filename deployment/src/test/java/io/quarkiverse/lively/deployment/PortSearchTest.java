package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import com.sun.net.httpserver.HttpServer;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;

/** At a port there is nobody, or an etcd, or something else. */
class PortSearchTest {

    private static final Duration BOUND = Duration.ofSeconds(5);

    @Test
    void nobody() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertEquals(Optional.empty(), new PortSearch(port).find());
    }

    @Test
    void anEtcd() throws IOException {
        try (MemoryEtcd etcd = MemoryEtcd.started(0)) {
            assertEquals(Optional.of(new FoundEtcd("etcd 3.4.0-embedded of another process", "http://127.0.0.1:" + etcd.port(),
                    null)), new PortSearch(etcd.port()).find());
        }
    }

    @Test
    void aWebServer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            assertIsNoEtcd(server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void somethingThatNeverAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertIsNoEtcd(silent.getLocalPort());
        }
    }

    private static void assertIsNoEtcd(int port) {
        String message = assertTimeout(BOUND, () -> assertThrows(IllegalStateException.class, new PortSearch(port)::find))
                .getMessage();
        assertEquals("Port " + port + " is taken by something that does not answer as an etcd. Free it, or set"
                + " quarkus.lively.devservices.port to another", message.replaceFirst(" \\([A-Z_]+\\)", ""));
    }
}
