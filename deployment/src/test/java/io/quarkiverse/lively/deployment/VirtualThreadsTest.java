package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Jdk;
import io.quarkiverse.lively.test.NeedsJdk;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.ProdBuildResults;
import io.quarkus.test.ProdModeTestResults;
import io.quarkus.test.QuarkusProdModeTest;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * The blocking registry on virtual threads: calls at once wait for etcd, and none of them holds a thread of the system. A
 * packaged application on the newest JDK of this machine. Quarkus builds {@code @RunOnVirtualThread} only for Java 21, and this
 * module is for 17; so the resource uses the executor that the annotation stands for. The annotation itself is tried by
 * {@code .ci/versions}. Before JDK 24, each synchronized block of a library pins a virtual thread.
 */
@NeedsJdk(24)
class VirtualThreadsTest {

    private static final int CALLS = 300;
    private static final int FIRST_CALLS = 20;
    private static final String ANSWER = "VirtualThread false";

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest()
            .withApplicationRoot(jar -> jar.addClasses(Calls.class, Pinning.class))
            .setForcedDependencies(List.of(Dependency.of("io.quarkus", "quarkus-rest", Version.getVersion()),
                    Dependency.of("io.quarkus", "quarkus-smallrye-health", Version.getVersion())));

    @ProdBuildResults
    private ProdModeTestResults built;

    @TempDir
    Path directory;

    @jakarta.ws.rs.Path("/calls")
    public static class Calls {

        private final CountDownLatch all = new CountDownLatch(CALLS);

        @Inject
        LivenessRegistry registry;

        @Inject
        @VirtualThreads
        ExecutorService virtualThreads;

        /** Asks when all others are about to. */
        @GET
        public Uni<String> call() {
            return Uni.createFrom().item(() -> {
                all.countDown();
                await();
                return ask();
            }).runSubscriptionOn(virtualThreads);
        }

        /** Asks at once. */
        @GET
        @jakarta.ws.rs.Path("/one")
        public Uni<String> one() {
            return Uni.createFrom().item(this::ask).runSubscriptionOn(virtualThreads);
        }

        private String ask() {
            return Thread.currentThread().toString().replaceFirst("\\[.*", "") + " " + registry.isUp("unknown");
        }

        @GET
        @jakarta.ws.rs.Path("/pinned")
        public Uni<Boolean> pinned() {
            return Uni.createFrom().item(() -> Pinning.DONE).runSubscriptionOn(virtualThreads);
        }

        private void await() {
            try {
                if (!all.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("The others have not come");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What pins on any JDK: a wait in the initializer of a class. */
    static final class Pinning {

        static final Boolean DONE = waited();

        private static Boolean waited() {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            return true;
        }
    }

    @Test
    void noneIsPinned() throws IOException, InterruptedException {
        Path recording = directory.resolve("calls.jfr");
        Path log = directory.resolve("log");
        Instant warm;
        try (EtcdServer etcd = EtcdServer.started()) {
            int port = freePort();
            Process application = new ProcessBuilder(Jdk.newest().command("java"),
                    "-XX:StartFlightRecording:filename=" + recording + ",jdk.VirtualThreadPinned#enabled=true,"
                            + "jdk.VirtualThreadPinned#threshold=0ms,jdk.VirtualThreadPinned#stackTrace=true,"
                            + "jdk.VirtualThreadStart#enabled=true",
                    "-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=" + port,
                    "-Dquarkus.lively.etcd.endpoints=" + etcd.url(), "-jar", built.getBuiltArtifactPath().toString())
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
            try {
                warm = callAll(port);
                application.destroy();
                assertTrue(application.waitFor(30, TimeUnit.SECONDS), "it goes on");
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(Files.readString(log), e);
            } finally {
                application.destroyForcibly();
            }
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording);
        assertTrue(events.stream().filter(event -> named(event, "jdk.VirtualThreadStart")).count() >= CALLS);
        List<RecordedEvent> pinned = events.stream().filter(event -> named(event, "jdk.VirtualThreadPinned")).toList();
        assertFalse(pinned.stream().filter(VirtualThreadsTest::onPurpose).toList().isEmpty(), "a pinned one is recorded");
        assertEquals(List.of(),
                pinned.stream().filter(event -> event.getStartTime().isAfter(warm) && !onPurpose(event)).toList());
    }

    /**
     * @return the time after the first calls, in which classes are loaded and initialized: while one thread does that, others
     *         that need the class are pinned for some milliseconds, whatever library it is of
     */
    private static Instant callAll(int port) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        String application = "http://127.0.0.1:" + port;
        Awaitility.await("it listens").ignoreExceptions().atMost(30, TimeUnit.SECONDS)
                .until(() -> get(client, application + "/q/health/ready").join().contains("UP"));
        for (int i = 0; i < FIRST_CALLS; i++) {
            assertEquals(ANSWER, get(client, application + "/calls/one").join());
        }
        Instant warm = Instant.now();
        long begun = System.nanoTime();
        List<CompletableFuture<String>> answers = Stream.generate(() -> get(client, application + "/calls")).limit(CALLS)
                .toList();
        List<String> answered = answers.stream().map(CompletableFuture::join).toList();
        System.out.printf("%d calls at once on virtual threads of JDK %d, after %d calls: %d ms%n", CALLS,
                Jdk.newest().version(), FIRST_CALLS, Duration.ofNanos(System.nanoTime() - begun).toMillis());
        assertEquals(Collections.nCopies(CALLS, ANSWER), answered);
        assertEquals("true", get(client, application + "/calls/pinned").join());
        return warm;
    }

    private static CompletableFuture<String> get(HttpClient client, String uri) {
        return client.sendAsync(HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(60)).build(),
                HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }

    private static boolean named(RecordedEvent event, String name) {
        return event.getEventType().getName().equals(name);
    }

    private static boolean onPurpose(RecordedEvent pinned) {
        return pinned.getStackTrace().getFrames().stream()
                .anyMatch(frame -> frame.getMethod().getType().getName().endsWith("$Pinning"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
