package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * Both sides get certificates of another authority while an application is registered by TLS, as a user with a password: nobody
 * sees anything of it, and no secret is in the log.
 */
@NeedsProgram({ "etcd", "etcdctl" })
class CertificateRotationIT {

    private static final String PASSWORD = "hunter2-hunter2";

    @TempDir
    Path directory;
    @AutoClose
    private EtcdServer etcd;

    @Test
    void theServiceStaysUpUnderItsLease() throws IOException {
        CertificateAuthority old = new CertificateAuthority(directory, "old");
        CertificateAuthority successor = new CertificateAuthority(directory, "successor");
        Path both = Files.writeString(directory.resolve("both.crt"),
                Files.readString(old.certificate()) + Files.readString(successor.certificate()));
        CertificateAuthority.Certified ofEtcd = old.issue("etcd", "127.0.0.1");
        CertificateAuthority.Certified ofDemo = old.issue("demo");
        etcd = EtcdServer.startedWithMutualTls(ofEtcd, old);
        // etcd reads whom it trusts with each connection anew only after a restart: both, for the time of the change.
        Files.copy(both, old.certificate(), StandardCopyOption.REPLACE_EXISTING);
        etcd.kill();
        etcd.start();
        etcd.etcdctl("role", "add", "lively");
        etcd.etcdctl("role", "grant-permission", "lively", "readwrite", "--prefix=true", "/services/");
        etcd.setUser("demo", PASSWORD, "lively");
        etcd.enableAuthentication();

        try (DemoProcess demo = DemoProcess.start(etcd, "-Dquarkus.lively.etcd.endpoints=" + etcd.url(),
                "-Dquarkus.lively.etcd.tls-configuration-name=etcd", "-Dquarkus.lively.etcd.username=demo",
                "-Dquarkus.lively.etcd.password=" + PASSWORD, "-Dquarkus.tls.etcd.trust-store.pem.certs=" + both,
                "-Dquarkus.tls.etcd.key-store.pem.0.cert=" + ofDemo.certificate(),
                "-Dquarkus.tls.etcd.key-store.pem.0.key=" + ofDemo.key(), "-Dquarkus.tls.etcd.reload-period=1S",
                "-Dquarkus.log.level=DEBUG").awaitRegistered()) {
            String up = "/services/by-status/UP/" + demo.uuid();
            String lease = demo.get("/self").path("leaseId");
            List<String> before = etcd.etcdctl("get", up, "--write-out", "fields");

            successor.issue("etcd", "127.0.0.1").replace(ofEtcd);
            successor.issue("demo").replace(ofDemo);
            Measured replaced = Measured.fromNow();
            replaced.await("from new certificates to a new connection, read again each second", Duration.ofSeconds(3), () -> {
                assertEquals("REGISTERED", demo.state());
                return demo.log().contains("The certificates have changed: etcd is asked by a new connection");
            });
            assertEquals(200, demo.get("/up", "uuid", demo.uuid()).statusCode());
            assertEquals(lease, demo.get("/self").path("leaseId"));
            List<String> after = etcd.etcdctl("get", up, "--write-out", "fields");
            assertEquals(revision(before), revision(after), "it was UP all the time");

            // What is of the old authority is of no use any more, so the new connection is by the new ones.
            Files.copy(successor.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
            CertificateAuthority.Certified operator = successor.issue("operator");
            etcd.useEtcdctl("--cert", operator.certificate().toString(), "--key", operator.key().toString());
            etcd.kill();
            etcd.start();
            Measured restarted = Measured.fromNow();
            restarted.await("from an etcd that trusts the new authority only to an answer", DemoProcess.TTL,
                    () -> demo.get("/up", "uuid", demo.uuid()).statusCode() == 200);
            assertEquals(revision(before), revision(etcd.etcdctl("get", up, "--write-out", "fields")));

            assertTrue(demo.log().contains("DEBUG"), "the log is of that level");
            String hex = PASSWORD.chars().mapToObj(Integer::toHexString).reduce("", String::concat);
            for (String text : List.of(demo.log(), demo.get("/q/health").asString(), demo.get("/self").asString())) {
                assertFalse(text.contains(PASSWORD) || text.contains(hex), "the password is in it");
            }
            assertFalse(demo.log().contains("OUTBOUND HEADERS"), "tokens are in it");
        }
    }

    private static List<String> revision(List<String> fields) {
        return fields.stream().filter(field -> field.contains("ModRevision") || field.contains("Lease")).toList();
    }
}
