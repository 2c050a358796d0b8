package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** A client that has had no success for too long is replaced, since gRPC would wait ever longer before it tries again. */
@NeedsProgram("etcd")
class EtcdConnectionTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final EtcdServer server = EtcdServer.absent();
    private final ExecutorService builder = Executors.newSingleThreadExecutor();
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicLong clock = new AtomicLong();
    private final EtcdSettings settings = new EtcdSettings(List.of(URI.create(server.url())), Duration.ofSeconds(1),
            Duration.ofSeconds(1), PATIENCE);
    private final EtcdConnection connection = EtcdConnection.of(generation -> {
        clients.incrementAndGet();
        return new EtcdClient(settings);
    }, settings, new SystemPlatform() {
        @Override
        public long nanoTime() {
            return clock.get();
        }

        @Override
        public Executor threads(String name) {
            return builder;
        }
    });

    @AfterEach
    void end() {
        connection.close();
        builder.shutdown();
        server.close();
    }

    @Test
    void aClientThatFailsForTooLongIsReplaced() {
        assertFails();
        assertFails();
        clock.addAndGet(PATIENCE.toNanos() - 1);
        assertFails();
        assertEquals(1, clients.get());

        clock.addAndGet(1);
        assertFails();
        Awaitility.await().until(() -> clients.get() == 2);
        // The new one has all the patience again.
        assertFails();
        clock.addAndGet(PATIENCE.toNanos());
        assertFails();
        Awaitility.await().until(() -> clients.get() == 3);

        server.start();
        assertTrue(connection.commit(READ).join().succeeded());
    }

    @Test
    void oneSuccessEndsTheStreak() {
        server.start();
        connection.commit(READ).join();
        server.kill();
        assertFails();
        clock.addAndGet(PATIENCE.toNanos() - 1);
        server.start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions()
                .until(() -> connection.commit(READ).join().succeeded());
        server.kill();
        clock.addAndGet(PATIENCE.toNanos());
        assertFails();
        assertEquals(1, clients.get());
    }

    @Test
    void aClosedConnectionRefusesAtOnce() {
        server.start();
        connection.commit(READ).join();
        connection.close();
        assertEquals("The connection to etcd is closed", assertFails().getMessage());
        assertEquals(1, clients.get());
    }

    @Test
    void oneThatIsNeverUsedMakesNoClient() {
        connection.close();
        assertFails();
        assertEquals(0, clients.get());
    }

    private EtcdException assertFails() {
        EtcdException failure = EtcdException.of(assertThrows(CompletionException.class, connection.commit(READ)::join));
        assertEquals(EtcdException.Kind.UNAVAILABLE, failure.kind());
        return failure;
    }
}
