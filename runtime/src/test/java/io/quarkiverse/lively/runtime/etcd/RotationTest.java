package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.vertx.core.Vertx;

/** New certificates take the place of old ones without a call that fails, and only if etcd accepts them. */
@NeedsProgram({ "etcd", "etcdctl" })
class RotationTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(1);

    @TempDir
    Path directory;
    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger clients = new AtomicInteger();
    private CertificateAuthority authority;
    private CertificateAuthority successor;
    private CertificateAuthority.Certified client;
    private CertificateAuthority.Certified ofServer;
    private EtcdServer server;
    private EtcdConnection connection;

    @BeforeEach
    void connect() {
        authority = new CertificateAuthority(directory, "authority");
        successor = new CertificateAuthority(directory, "successor");
        client = authority.issue("client");
        ofServer = authority.issue("etcd", "127.0.0.1");
        server = EtcdServer.startedWithMutualTls(ofServer, authority);
        EtcdTls tls = new EtcdTls(Optional.of("etcd"), Optional.of(new PemTls(vertx).trust(authority).key(client)),
                () -> vertx);
        EtcdSettings settings = new EtcdSettings(List.of(URI.create(server.url())), TIMEOUT, TIMEOUT, Duration.ofSeconds(2),
                "/services/", new EtcdSecurity(Optional.of(tls), Optional.empty(), Optional.empty()));
        connection = new EtcdConnection(generation -> {
            clients.incrementAndGet();
            return new EtcdClient(settings);
        }, settings.patience(), GRACE, Optional.of(tls), settings.probe(), task -> new Thread(task).start(), System::nanoTime);
        connection.commit(READ).join();
    }

    @AfterEach
    void end() {
        connection.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aNewConnectionTakesOverAndNothingFailsMeanwhile() throws InterruptedException {
        Etcd.Lease lease = connection.grantLease(Duration.ofSeconds(60)).join();
        Ended watch = new Ended();
        connection.watch(Range.ANYTHING, 1, watch);
        connection.certificatesUpdated("etcd");
        connection.certificatesUpdated("another");
        assertEquals(1, clients.get(), "nothing has changed");

        authority.issue("client").replace(client);
        connection.certificatesUpdated("another");
        assertEquals(1, clients.get(), "they are not ours");
        connection.certificatesUpdated("etcd");
        long until = System.nanoTime() + GRACE.plusMillis(500).toNanos();
        while (System.nanoTime() - until < 0) {
            assertTrue(connection.commit(READ).join().succeeded());
            assertEquals(lease, connection.renewLease(lease.id(), TIMEOUT).join());
            Thread.sleep(10);
        }
        assertEquals(2, clients.get());
        Awaitility.await("the watch ends with the old connection, to be opened on the new one")
                .until(() -> watch.ends.get() == 1);
    }

    @Test
    void whatEtcdDoesNotAcceptLeavesTheConnectionAsItIsAndIsTriedAgain() throws IOException, InterruptedException {
        CertificateAuthority.Certified early = successor.issue("client");
        early.replace(client);
        connection.certificatesUpdated("etcd");
        Awaitility.await().until(() -> clients.get() == 2);
        long until = System.nanoTime() + GRACE.plusMillis(500).toNanos();
        while (System.nanoTime() - until < 0) {
            assertTrue(connection.commit(READ).join().succeeded());
            Thread.sleep(10);
        }
        Awaitility.await("tried again").until(() -> {
            connection.certificatesUpdated("etcd");
            return clients.get() > 2;
        });
        Files.copy(successor.certificate(), authority.certificate(), StandardCopyOption.REPLACE_EXISTING);
        successor.issue("etcd", "127.0.0.1").replace(ofServer);
        server.kill();
        server.launch();
        Awaitility.await("with the new ones only").atMost(Duration.ofSeconds(10)).ignoreExceptions()
                .until(() -> connection.commit(READ).join().succeeded());
    }

    private static final class Ended implements Watch.Listener {

        final AtomicInteger ends = new AtomicInteger();

        @Override
        public void created(long revision) {
            // Only its end counts.
        }

        @Override
        public void responded(Watch.Response response) {
            // Only its end counts.
        }

        @Override
        public void ended(EtcdException cause) {
            ends.incrementAndGet();
        }
    }
}
