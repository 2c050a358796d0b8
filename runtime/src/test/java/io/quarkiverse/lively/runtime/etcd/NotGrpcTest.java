package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;

/**
 * An endpoint at which something else than etcd answers its clients: a web server, or the port of etcd for metrics. Its port
 * for other members
 * does speak gRPC.
 */
@NeedsProgram("etcd")
class NotGrpcTest {

    private static final Transaction READ = Transaction.read(List.of(ByteString.copyFromUtf8("/key")));

    @TempDir
    static Path directory;
    private static Vertx vertx;
    private static CertificateAuthority authority;
    private static CertificateAuthority.Certified certified;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        authority = new CertificateAuthority(directory, "authority");
        certified = authority.issue("web", "127.0.0.1");
    }

    @AfterAll
    static void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aWebServer() {
        assertRefused("http", webServer(new HttpServerOptions().setHttp2ClearTextEnabled(false), 404, "text/html"),
                "no gRPC is spoken there (the answer is not HTTP/2)");
    }

    @Test
    void aWebServerThatSpeaksHttp2() {
        for (int status : List.of(200, 400, 401, 403, 404, 405, 500, 502, 503)) {
            assertRefused("http", webServer(new HttpServerOptions(), status, "text/html"),
                    "no gRPC is spoken there (HTTP status code " + status + ")");
        }
        assertRefused("http", webServer(new HttpServerOptions(), 200, "application/json"),
                "no gRPC is spoken there (HTTP status code 200)");
        assertRefused("http", webServer(new HttpServerOptions(), 415, null),
                "no gRPC is spoken there (HTTP status code 415)");
    }

    @Test
    void aWebServerByTls() {
        HttpServerOptions tls = new HttpServerOptions().setSsl(true).setKeyCertOptions(new PemKeyCertOptions()
                .setCertPath(certified.certificate().toString()).setKeyPath(certified.key().toString()));
        assertRefused("https", webServer(new HttpServerOptions(tls).setUseAlpn(true), 404, "text/html"),
                "no gRPC is spoken there (HTTP status code 404)");
        assertRefused("https", webServer(new HttpServerOptions(tls).setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1)), 404, "text/html"), "if it is a web server");
        assertRefused("https", webServer(new HttpServerOptions(tls).setUseAlpn(false), 404, "text/html"),
                "no gRPC is spoken there (the answer is not HTTP/2)");
    }

    @Test
    void thePortOfEtcdForMetrics() {
        int metrics = freePort();
        try (EtcdServer etcd = EtcdServer.started("--listen-metrics-urls", "http://127.0.0.1:" + metrics)) {
            assertRefused("http", metrics, "no gRPC is spoken there (the answer is not HTTP/2)");
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int webServer(HttpServerOptions options, int status, String type) {
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            if (type != null) {
                request.response().putHeader("content-type", type);
            }
            request.response().setStatusCode(status).end("<html>no such page</html>");
        });
        return server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join().actualPort();
    }

    private static void assertRefused(String scheme, int port, String why) {
        EtcdSecurity security = scheme.equals("http") ? EtcdSecurity.NONE
                : new EtcdSecurity(Optional.of(new EtcdTls(Optional.empty(), Optional.of(new PemTls(vertx).trust(authority)),
                        () -> vertx)), Optional.empty(), Optional.empty());
        URI endpoint = URI.create(scheme + "://127.0.0.1:" + port);
        try (EtcdClient client = new EtcdClient(
                new EtcdSettings(List.of(endpoint), Duration.ofSeconds(1), Duration.ofSeconds(3),
                        Duration.ofSeconds(2), "/services/", security))) {
            EtcdException failure = EtcdException
                    .of(assertThrows(CompletionException.class, () -> client.commit(READ).join()));
            assertEquals(EtcdException.Kind.UNAVAILABLE, failure.kind());
            String message = failure.getMessage();
            assertTrue(message.startsWith("etcd at " + endpoint + " cannot be reached: "), message);
            assertTrue(message.contains(why), message);
            assertTrue(message.contains("2379") && message.contains("quarkus.lively.etcd.endpoints"), message);
            assertFalse(message.contains("Hex dump"), message);
        }
    }
}
