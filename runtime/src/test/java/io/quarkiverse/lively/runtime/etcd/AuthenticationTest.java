package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** Every call bears the token of the user, and nobody notices when etcd forgets it. */
@NeedsProgram({ "etcd", "etcdctl" })
@Execution(ExecutionMode.CONCURRENT)
class AuthenticationTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final ByteString KEY = ByteString.copyFromUtf8("/services/key");
    private static final Range SERVICES = new Range(ByteString.copyFromUtf8("/services/"),
            ByteString.copyFromUtf8("/services0"),
            0, 10, false);

    private final EtcdServer server = EtcdServer.started("--auth-token-ttl", "1", "--bcrypt-cost", "4");
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String password = "pass-lively";
    private EtcdClient client = client(() -> CompletableFuture.completedFuture(new EtcdLogin.User("lively", password)));

    @BeforeEach
    void addUser() {
        server.etcdctl("role", "add", "services");
        server.etcdctl("role", "grant-permission", "services", "readwrite", "--prefix=true", "/services/");
        server.setUser("lively", password, "services");
        server.enableAuthentication();
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    @Test
    void everyKindOfCallBearsTheToken() throws InterruptedException {
        Heard heard = new Heard();
        client.watch(SERVICES, 1, heard);
        heard.awaitCreated();
        KeysHeard keysHeard = new KeysHeard();
        client.watchKeys(keysHeard).add(KEY, 1);
        Etcd.Lease lease = client.grantLease(Duration.ofSeconds(60)).join();
        long revision = put(lease.id());
        assertEquals(revision, heard.changes.poll(5, TimeUnit.SECONDS));
        assertEquals(revision, keysHeard.changes.poll(5, TimeUnit.SECONDS));
        assertEquals(1, client.read(SERVICES).join().entries().size());
        assertEquals(lease, client.renewLease(lease.id(), TIMEOUT).join());
        client.revokeLease(lease.id()).join();
        assertEquals(revision + 1, heard.changes.poll(5, TimeUnit.SECONDS));
        // It lives for a second in which it is not used, which a busy machine may take between two calls.
        assertTrue(asked.get() <= 2, "one token is enough, and " + asked.get() + " were asked for");
    }

    /** A token that is not used for its TTL is forgotten; a restart of etcd forgets all. */
    @Test
    void aTokenThatWasForgottenIsReplacedUnnoticed() throws InterruptedException {
        Heard idle = new Heard();
        client.watch(SERVICES, 1, idle);
        idle.awaitCreated();
        Etcd.Lease lease = client.grantLease(Duration.ofSeconds(60)).join();
        client.renewLease(lease.id(), TIMEOUT).join();
        awaitThatTheTokenIsForgotten();

        assertEquals(lease, client.renewLease(lease.id(), TIMEOUT).join());
        Heard later = new Heard();
        client.watch(SERVICES, 1, later);
        later.awaitCreated();
        awaitThatTheTokenIsForgotten();
        KeysHeard keys = new KeysHeard();
        client.watchKeys(keys).add(KEY, 1);
        long revision = put(0);
        assertEquals(revision, idle.changes.poll(5, TimeUnit.SECONDS));
        assertEquals(revision, later.changes.poll(5, TimeUnit.SECONDS));
        assertEquals(revision, keys.changes.poll(5, TimeUnit.SECONDS));
        assertTrue(asked.get() >= 3, "it was forgotten " + (asked.get() - 1) + " times");

        server.kill();
        server.start();
        Awaitility.await("connected").ignoreExceptions().atMost(Duration.ofSeconds(20)).until(() -> put(0) > revision);
    }

    @Test
    void aPasswordThatWasChangedIsAskedForAgain() {
        put(0);
        server.setUser("lively", "another", "services");
        EtcdException refusal = failure(client.read(SERVICES));
        assertTrue(refusal.getMessage().contains("change quarkus.lively.etcd.password"), refusal.getMessage());
        password = "another";
        Awaitility.await("with the new one").ignoreExceptions().atMost(Duration.ofSeconds(5)).until(() -> put(0) > 0);
        server.setUser("lively", "a third", "services");
        password = "a third";
        Awaitility.await("with the third one").ignoreExceptions().atMost(Duration.ofSeconds(5)).until(() -> put(0) > 0);
    }

    @Test
    void aWrongPasswordIsRefusedInWordsThatNameThePropertyAndNotThePassword() {
        password = "wrong-secret";
        EtcdException refusal = failure(client.read(SERVICES));
        assertEquals(EtcdException.Kind.REFUSED, refusal.kind());
        assertEquals("etcd at " + server.url() + " refused: it does not accept the user name and the password that it is given:"
                + " change quarkus.lively.etcd.password (etcdserver: authentication failed, invalid user ID or password)",
                refusal.getMessage());
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            assertFalse(cause.toString().contains("secret"), cause.toString());
        }
        for (int i = 0; i < 20; i++) {
            failure(client.read(SERVICES));
        }
        assertTrue(asked.get() <= 4, "etcd was asked to check the password " + asked.get() + " times");
        password = "pass-lively";
        Awaitility.await("put right").ignoreExceptions().atMost(Duration.ofSeconds(5)).until(() -> put(0) > 0);
    }

    @Test
    void whoKnowsNoPasswordIsToldSoInTime() {
        client.close();
        client = client(CompletableFuture::new);
        EtcdException hangs = failure(client.read(SERVICES));
        assertEquals(EtcdException.Kind.UNAVAILABLE, hangs.kind());
        client.close();
        client = client(() -> {
            throw new IllegalStateException("the vault is sealed");
        });
        EtcdException fails = failure(client.read(SERVICES));
        assertEquals(EtcdException.Kind.UNAVAILABLE, fails.kind());
        assertTrue(fails.getMessage().contains("the vault is sealed"), fails.getMessage());
        assertTrue(fails.getMessage().contains("quarkus.lively.etcd.password"), fails.getMessage());
    }

    @Test
    void anEtcdWithoutUsersAnswersAndOneThatGetsThemDoesToo() {
        server.etcdctl("auth", "disable");
        put(0);
        server.etcdctl("auth", "enable");
        put(0);
        assertEquals(2, asked.get());
    }

    @Test
    void whatTheRoleDoesNotGrantIsDenied() throws InterruptedException {
        EtcdException denied = failure(client.commit(new Transaction(List.of(),
                List.of(new Transaction.Put(ByteString.copyFromUtf8("/other"), ByteString.EMPTY, 0)), List.of())));
        assertEquals(EtcdException.Kind.DENIED, denied.kind());
        assertEquals("etcd at " + server.url() + " refused: the user of this application may not write the keys that begin with"
                + " /services/: grant its role that, or change quarkus.lively.etcd.password (etcdserver: permission denied)",
                denied.getMessage());
        Heard heard = new Heard();
        client.watch(new Range(ByteString.copyFromUtf8("/a"), ByteString.copyFromUtf8("/z"), 0, 10, false), 1, heard);
        EtcdException end = heard.ends.poll(5, TimeUnit.SECONDS);
        assertTrue(end.getMessage().contains("permission denied"), end.getMessage());
        assertTrue(end.isRefusal());
    }

    private EtcdClient client(Supplier<CompletableFuture<EtcdLogin.User>> user) {
        EtcdLogin login = new EtcdLogin(() -> {
            asked.incrementAndGet();
            return user.get();
        }, "quarkus.lively.etcd.password");
        return new EtcdClient(new EtcdSettings(List.of(URI.create(server.url())), TIMEOUT, TIMEOUT, Duration.ofSeconds(2),
                "/services/", new EtcdSecurity(Optional.empty(), Optional.empty(),
                        Optional.of(login))));
    }

    /** etcd looks for old tokens every second. */
    private static void awaitThatTheTokenIsForgotten() throws InterruptedException {
        Thread.sleep(2200);
    }

    private long put(long lease) {
        return client.commit(new Transaction(List.of(),
                List.of(new Transaction.Put(KEY, ByteString.copyFromUtf8("value"), lease)), List.of())).join().revision();
    }

    private static EtcdException failure(CompletableFuture<?> call) {
        return EtcdException.of(assertThrows(CompletionException.class, call::join));
    }

    private static final class Heard implements Watch.Listener {

        final BlockingQueue<Long> created = new LinkedBlockingQueue<>();
        final BlockingQueue<Long> changes = new LinkedBlockingQueue<>();
        final BlockingQueue<EtcdException> ends = new LinkedBlockingQueue<>();

        void awaitCreated() throws InterruptedException {
            assertTrue(created.poll(5, TimeUnit.SECONDS) != null, () -> "it was not created: " + ends);
        }

        @Override
        public void created(long revision) {
            created.add(revision);
        }

        @Override
        public void responded(Watch.Response response) {
            response.events().forEach(event -> changes.add(event.entry().modRevision()));
        }

        @Override
        public void ended(EtcdException cause) {
            ends.add(cause);
        }
    }

    private static final class KeysHeard implements KeyWatch.Listener {

        final BlockingQueue<Long> changes = new LinkedBlockingQueue<>();

        @Override
        public void changed(ByteString key, long revision) {
            changes.add(revision);
        }

        @Override
        public void ended(EtcdException cause) {
            // What it has not heard is missed.
        }
    }
}
