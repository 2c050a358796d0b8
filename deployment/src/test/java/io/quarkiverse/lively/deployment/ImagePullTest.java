package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;
import org.testcontainers.utility.DockerImageName;

import com.github.dockerjava.api.DockerClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A pull that fails is retried for a limited time. The engine is a fake: a real one does not fail on demand. */
class ImagePullTest {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration SLACK = Duration.ofSeconds(2);
    private static final String NO_NETWORK = "{\"message\": \"lookup registry.invalid: no such host\"}";
    private static final String PULLED = "{\"status\": \"Downloaded newer image\"}\n";

    private final AtomicInteger pulls = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean hasImage;
    private volatile Answer onPull;
    private HttpServer engine;
    private DockerClient docker;

    @BeforeEach
    void start() throws IOException {
        engine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        engine.setExecutor(threads);
        engine.createContext("/", this::answer);
        engine.start();
        docker = DockerClientProviderStrategy.getClientForConfig(TransportConfig.builder()
                .dockerHost(URI.create("tcp://127.0.0.1:" + engine.getAddress().getPort())).build());
    }

    @AfterEach
    void end() throws IOException {
        over.countDown();
        docker.close();
        engine.stop(0);
        threads.shutdownNow();
    }

    @Test
    void isNeededWhileDockerDoesNotHaveTheImage() {
        assertTrue(pull().isNeeded());
        hasImage = true;
        assertFalse(pull().isNeeded());
    }

    @Test
    void isDoneOnce() {
        onPull(exchange -> {
            hasImage = true;
            answer(exchange, 200, PULLED);
        });

        pull().run();

        assertEquals(1, pulls.get());
    }

    @Test
    void isRetriedAfterAFailure() {
        onPull(exchange -> {
            hasImage = pulls.get() == 2;
            answer(exchange, hasImage ? 200 : 500, hasImage ? PULLED : NO_NETWORK);
        });

        pull().run();

        assertEquals(2, pulls.get());
    }

    @Test
    void isGivenUpWhenItsPatienceIsOver() {
        onPull(exchange -> answer(exchange, 500, NO_NETWORK));

        assertEndsWithin(PATIENCE, "no such host");

        assertTrue(pulls.get() > 1, () -> pulls + " pulls");
    }

    /** As a registry that denies the image is reported: after the start of the answer. */
    @Test
    void anErrorInTheAnswerIsAFailure() {
        onPull(exchange -> answer(exchange, 200, "{\"error\": \"denied\", \"errorDetail\": {\"message\": \"denied\"}}\n"));

        assertEndsWithin(PATIENCE, "denied");
    }

    @Test
    void aPullWithoutProgressIsAFailure() {
        onPull(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"status\": \"Pulling\"}\n".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            awaitEnd();
        });

        assertEndsWithin(PATIENCE.multipliedBy(2), "no progress");
    }

    /** It may take any time. */
    @Test
    void aPullWithProgressIsNotCutShort() {
        onPull(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 5; i++) {
                exchange.getResponseBody().write("{\"status\": \"Downloading\"}\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                pause(PATIENCE.dividedBy(4));
            }
            hasImage = true;
            exchange.close();
        });

        pull().run();

        assertEquals(1, pulls.get());
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private void onPull(Answer answer) {
        onPull = answer;
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().endsWith("/images/create")) {
            pulls.incrementAndGet();
            try {
                onPull.to(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else {
            answer(exchange, hasImage ? 200 : 404, hasImage ? "{}" : "{\"message\": \"none\"}");
        }
    }

    private ImagePull pull() {
        return new ImagePull(docker, DockerImageName.parse("registry.invalid/etcd:1"), PATIENCE);
    }

    private void assertEndsWithin(Duration limit, String reason) {
        long start = System.nanoTime();
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> pull().run());
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(failure.getMessage().startsWith("Docker cannot pull the image: "), failure.getMessage());
        assertTrue(failure.getMessage().contains(reason), failure.getMessage());
        assertTrue(taken.compareTo(limit.plus(SLACK)) < 0, () -> "It took " + taken);
    }

    private void awaitEnd() throws InterruptedException {
        over.await();
    }

    private void pause(Duration time) throws InterruptedException {
        over.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
