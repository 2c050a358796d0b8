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
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.LogLines;
import io.quarkiverse.lively.test.NeedsProgram;
import io.vertx.core.Vertx;

/** New certificates take the place of old ones without a call that fails, and only if etcd accepts them. */
@NeedsProgram({ "etcd", "etcdctl" })
@Isolated
class RotationTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(2);

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
        EtcdSettings settings = new EtcdSettings(List.of(URI.create(server.url())), TIMEOUT, GRACE, Duration.ofSeconds(2),
                "/services/", new EtcdSecurity(Optional.of(tls), Optional.empty(), Optional.empty()));
        connection = new EtcdConnection(generation -> {
            clients.incrementAndGet();
            return new EtcdClient(settings);
        }, settings, Optional.of(new CertificateRotation(tls, settings.probe())),
                new SystemPlatform());
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

    /** What changes while new ones are tried is found by the next update: two at once could leave the older ones in use. */
    @Test
    void thoseThatChangeWhileOthersAreTriedWait() throws InterruptedException {
        server.freeze();
        authority.issue("client").replace(client);
        connection.certificatesUpdated("etcd");
        Awaitility.await().until(() -> clients.get() == 2);
        authority.issue("client").replace(client);
        connection.certificatesUpdated("etcd");
        Thread.sleep(200);
        assertEquals(2, clients.get());
        server.thaw();
        Awaitility.await("the first ones are in use").until(() -> {
            // Does nothing while they are tried.
            connection.certificatesUpdated("etcd");
            return clients.get() > 2;
        });
        assertEquals(3, clients.get());
        assertTrue(connection.commit(READ).join().succeeded());
    }

    /** The user that a certificate stands for may not read what the one before may. */
    @Test
    void thoseOfAnotherUserAreRefusedLikeThoseThatEtcdDoesNotAccept() {
        server.etcdctl("role", "add", "services");
        server.etcdctl("role", "grant-permission", "services", "readwrite", "--prefix=true", "/services/");
        server.addUser("client", "services");
        server.addUser("stranger");
        server.enableAuthentication();
        Transaction mine = Transaction.read(List.of(ByteString.copyFromUtf8("/services/key")));
        assertTrue(connection.commit(mine).join().succeeded());
        try (LogLines log = new LogLines()) {
            authority.issue("stranger").replace(client);
            connection.certificatesUpdated("etcd");
            Awaitility.await("refused").until(() -> log.messages().size() == 1);
            assertEquals("The certificates have changed, but with the new ones etcd does not answer. The connection made with"
                    + " the old ones stays for now: etcd at " + server.url() + " refused: the user of this application may not"
                    + " read the keys that begin with /services/: grant its role that, or change the certificate whose common"
                    + " name is the user: quarkus.tls.etcd.key-store (etcdserver: permission denied)",
                    log.messages().get(0));
        }
        assertTrue(connection.commit(mine).join().succeeded(), "by the one before");
        authority.issue("client").replace(client);
        Awaitility.await("back in use").until(() -> {
            connection.certificatesUpdated("etcd");
            return clients.get() == 3;
        });
        assertTrue(connection.commit(mine).join().succeeded());
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
