package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.Vertx;

/** Whoever cannot make sure of the other one is refused, in one line that says what is wrong and which property to change. */
@NeedsProgram({ "etcd", "etcdctl" })
class TlsTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));

    @TempDir
    static Path directory;
    private static Vertx vertx;
    private static CertificateAuthority authority;
    private static CertificateAuthority stranger;
    private static CertificateAuthority.Certified certified;
    /** Wants a certificate of its clients, and has one for its address, and not for localhost. */
    private static EtcdServer etcd;
    private static EtcdServer expired;
    private static EtcdServer plain;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        authority = new CertificateAuthority(directory, "authority");
        stranger = new CertificateAuthority(directory, "stranger");
        certified = authority.issue("etcd", "127.0.0.1", "etcd.example.com");
        etcd = EtcdServer.startedWithMutualTls(certified, authority);
        expired = EtcdServer.startedWithTls(authority.issueExpired("expired", "127.0.0.1"));
        plain = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        Stream.of(etcd, expired, plain).forEach(EtcdServer::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void whoHasTheRightCertificatesIsAnswered() {
        assertAnswers(etcd.url(), good());
    }

    @Test
    void anUnknownAuthorityIsRefused() {
        assertRefused(etcd.url(), new PemTls(vertx).trust(stranger).key(authority.issue("client")),
                "its certificate is signed by nobody whom this application trusts", "quarkus.tls.etcd.trust-store");
        assertRefused(etcd.url(), new PemTls(vertx), "its certificate is signed by nobody whom this application trusts",
                "quarkus.tls.etcd.trust-store");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        assertRefused(expired.url(), good(), "its certificate, or one above it, has expired (NotAfter: ",
                "quarkus.tls.etcd.trust-store");
    }

    @Test
    void aCertificateForAnotherHostIsRefusedUnlessThatIsTheAuthority() {
        assertRefused(etcd.urlOf("localhost"), good(),
                "its certificate is for another host (No subject alternative DNS name matching localhost found.)",
                "quarkus.lively.etcd.authority");
        try (EtcdClient client = client(List.of(etcd.urlOf("localhost")), good(), Optional.of("etcd.example.com"))) {
            assertTrue(client.commit(READ).join().succeeded());
        }
        try (EtcdClient client = client(List.of(etcd.url()), good(), Optional.of("etcd.example.org"))) {
            assertTrue(failure(client).getMessage().contains("is for another host"), failure(client).getMessage());
        }
    }

    @Test
    void withoutACertificateThatEtcdTrustsNobodyIsAnswered() {
        for (PemTls tls : List.of(new PemTls(vertx).trust(authority),
                new PemTls(vertx).trust(authority).key(stranger.issue("client")),
                new PemTls(vertx).trust(authority).key(authority.issueExpired("client")),
                new PemTls(vertx).trust(authority).protocol("TLSv1.2"))) {
            assertRefused(etcd.url(), tls,
                    "it does not accept the certificate of this application, or wants one and is given none",
                    "quarkus.tls.etcd.key-store");
        }
    }

    @Test
    void aRevokedCertificateIsRefused() {
        assertRefused(etcd.url(), good().revoked(authority.revoke(certified)), "its certificate was revoked",
                "quarkus.tls.etcd.certificate-revocation-list");
        assertAnswers(etcd.url(), good().revoked(authority.revoke(authority.issue("another"))));
        assertRefused(etcd.urlOf("localhost"), good().revoked(authority.revoke(authority.issue("another"))),
                "its certificate is for another host", "quarkus.lively.etcd.authority");
    }

    @Test
    void neitherSideFallsBackToPlainText() {
        assertRefused(plain.url().replace("http:", "https:"), good(), "it hangs up",
                "quarkus.lively.etcd.endpoints");
        assertRefused(etcd.url().replace("https:", "http:"), null, "may speak TLS",
                "quarkus.lively.etcd.endpoints");
    }

    @Test
    void protocolsAndCipherSuitesAreThoseOfTheConfiguration() {
        assertRefused(etcd.url(), good().protocol("TLSv1.1"), "no connection by TLS comes about", "quarkus.tls.etcd.protocols");
        assertAnswers(etcd.url(), good().protocol("TLSv1.2"));
        assertAnswers(etcd.url(), good().cipherSuite("TLS_AES_256_GCM_SHA384"));
        assertRefused(expired.url(), good().trustAll().protocol("TLSv1.2").cipherSuite("TLS_RSA_WITH_AES_128_GCM_SHA256"),
                "no connection by TLS comes about", "quarkus.tls.etcd.cipher-suites");
    }

    @Test
    void whoTrustsAllTrustsAll() {
        assertAnswers(expired.urlOf("localhost"), new PemTls(vertx).trustAll());
    }

    @Test
    void theNameOfTheHostNeedNotBeVerified() {
        assertAnswers(etcd.urlOf("localhost"), good().verificationAlgorithm("NONE"));
        assertRefused(etcd.urlOf("localhost"), new PemTls(vertx).trust(stranger).verificationAlgorithm("NONE"),
                "its certificate is signed by nobody whom this application trusts", "quarkus.tls.etcd.trust-store");
        assertRefused(etcd.urlOf("localhost"), good().verificationAlgorithm("HTTPS"), "its certificate is for another host",
                "quarkus.lively.etcd.endpoints");
    }

    /** Each member has to have the name by which it is asked itself, not the one of another. */
    @Test
    void eachMemberHasItsOwnName() {
        try (EtcdServer other = EtcdServer.startedWithMutualTls(authority.issue("other", "localhost"), authority)) {
            List<String> urls = List.of(etcd.url(), other.urlOf("localhost"));
            for (EtcdServer away : List.of(other, etcd)) {
                away.freeze();
                List<String> order = away == other ? urls : List.of(urls.get(1), urls.get(0));
                try (EtcdClient client = client(order, good(), Optional.empty())) {
                    assertTrue(client.commit(READ).join().succeeded());
                }
                away.thaw();
            }
            // The name of the one is no name of the other.
            try (EtcdClient client = client(List.of(etcd.urlOf("localhost"), other.url()), good(), Optional.empty())) {
                assertTrue(failure(client).getMessage().contains("is for another host"), failure(client).getMessage());
            }
            other.kill();
            try (EtcdClient client = client(List.of(urls.get(1), urls.get(0)), good(), Optional.empty())) {
                assertTrue(client.commit(READ).join().succeeded(), "the second one, by its own name");
            }
        }
    }

    private static PemTls good() {
        return new PemTls(vertx).trust(authority).key(authority.issue("client"));
    }

    private static void assertAnswers(String url, TlsConfiguration tls) {
        try (EtcdClient client = client(List.of(url), tls, Optional.empty())) {
            assertTrue(client.commit(READ).join().succeeded());
        }
    }

    private static void assertRefused(String url, TlsConfiguration tls, String why, String property) {
        try (EtcdClient client = client(List.of(url), tls, Optional.empty())) {
            EtcdException failure = failure(client);
            assertEquals(EtcdException.Kind.UNAVAILABLE, failure.kind());
            assertTrue(failure.getMessage().startsWith("etcd at " + url + " cannot be reached: "), failure.getMessage());
            assertTrue(failure.getMessage().contains(why), failure.getMessage());
            assertTrue(failure.getMessage().contains(property), failure.getMessage());
            assertEquals(1, failure.getMessage().lines().count());
        }
    }

    private static EtcdException failure(EtcdClient client) {
        return EtcdException.of(assertThrows(CompletionException.class, () -> client.commit(READ).join()));
    }

    private static EtcdClient client(List<String> urls, TlsConfiguration tls, Optional<String> asHost) {
        return new EtcdClient(
                new EtcdSettings(urls.stream().map(URI::create).toList(), Duration.ofSeconds(1), Duration.ofSeconds(10),
                        Duration.ofSeconds(2), "/services/", new EtcdSecurity(Optional.ofNullable(tls)
                                .map(given -> new EtcdTls(Optional.of("etcd"), Optional.of(given), () -> vertx)), asHost,
                                Optional.empty())));
    }
}
