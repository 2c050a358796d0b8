package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.config.Certificates;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.PemTls;
import io.quarkiverse.lively.test.CertificateAuthority;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Vertx;

/** With {@code --client-cert-auth} the common name on its certificate is the user of an application, which has no password. */
@NeedsProgram({ "etcd", "etcdctl" })
class CommonNameTest {

    @TempDir
    static Path directory;
    private static Vertx vertx;
    private static CertificateAuthority authority;
    private static EtcdServer etcd;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        authority = new CertificateAuthority(directory, "authority");
        etcd = EtcdServer.startedWithMutualTls(authority.issue("etcd", "127.0.0.1"), authority, "--bcrypt-cost", "4");
        etcd.etcdctl("role", "add", "lively");
        etcd.etcdctl("role", "grant-permission", "lively", "readwrite", "--prefix=true", "/services/");
        etcd.addUser("inventory", "lively");
        etcd.addUser("stranger");
        etcd.enableAuthentication();
    }

    @AfterAll
    static void end() {
        etcd.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void itsRoleIsThatOfTheApplication() {
        try (Running inventory = as("inventory", "host1")) {
            LivenessRegistry registry = inventory.lively.registry();
            Registration own = registry.registration();
            Awaitility.await("registered").until(() -> own.state() == RegistrationState.REGISTERED);
            String uuid = own.record().uuid();
            assertTrue(registry.isUp(uuid));
            assertEquals(List.of(uuid),
                    registry.list(ServiceQuery.ofTypes("inventory")).stream().map(ServiceRecord::uuid).toList());
            inventory.lively.view().start();
            Awaitility.await("viewed").until(() -> inventory.lively.view().isUp("inventory", "host1"));
            registry.down(uuid);
            Awaitility.await("held").until(() -> own.state() == RegistrationState.HELD_DOWN);
            Awaitility.await("heard by its view").until(() -> !inventory.lively.view().isUp(uuid));
            registry.up(uuid);
            Awaitility.await("up again").until(() -> registry.isUp(uuid));
        }
    }

    /** One that etcd knows without a role, and one that it does not know. */
    @Test
    void withoutARoleItIsToldWhatIsMissing() {
        for (String name : List.of("stranger", "unheard-of")) {
            try (Running stranger = as(name, "host2")) {
                LivenessRegistry registry = stranger.lively.registry();
                assertSaysWhatIsMissing("read", assertThrows(RegistryUnavailableException.class,
                        () -> registry.isUp("u")).getMessage());
                assertSaysWhatIsMissing("read", assertThrows(PermissionDeniedException.class,
                        () -> registry.delete("u")).getMessage());
                Supplier<String> reason = () -> registry.registration().reason();
                Awaitility.await("its registration says so").until(() -> reason.get().contains("refused"));
                // Of which of its calls, is a matter of time.
                assertSaysWhatIsMissing("(?:read|write)", reason.get());
                assertEquals(RegistrationState.STARTING, registry.registration().state());
            }
        }
    }

    private static void assertSaysWhatIsMissing(String verb, String message) {
        assertTrue(message.matches(".* the user of this application may not " + verb + " the keys that begin with /services/:"
                + " grant its role that, or change the certificate whose common name is the user:"
                + " quarkus\\.tls\\.etcd\\.key-store .*"), message);
    }

    private static Running as(String commonName, String host) {
        Certificates certificates = new Certificates();
        certificates.register("etcd", new PemTls(vertx).trust(authority).key(authority.issue(commonName)));
        return new Running(Configured.nothing().with("etcd.endpoints", etcd.url()).with("service.host", host)
                .with("etcd.tls-configuration-name", "etcd").with("status-ttl", "5")
                .settings(LaunchMode.NORMAL, new SecurityServices(() -> certificates, () -> vertx, bean -> null)));
    }
}
