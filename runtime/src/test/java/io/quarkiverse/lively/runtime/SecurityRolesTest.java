package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.runtime.LaunchMode;

/** The roles that the page about security gives are made by its own commands, and are enough, and no more than that. */
@NeedsProgram({ "etcd", "etcdctl", "bash" })
class SecurityRolesTest {

    private static final String PASSWORD = "hunter2-hunter2";

    private static EtcdServer etcd;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        etcd = EtcdServer.started("--auth-token-ttl", "2", "--bcrypt-cost", "4");
        List<String> blocks = DocPage.named("security.adoc").blocks("bash").stream().map(DocPage.Block::text).toList();
        assertEquals(2, blocks.size(), "one for each role");
        for (String block : blocks) {
            ProcessBuilder bash = new ProcessBuilder("bash", "-c", "set -euo pipefail\n" + block).redirectErrorStream(true);
            bash.environment().putAll(Map.of("ETCDCTL_API", "3", "ETCDCTL_ENDPOINTS", etcd.url(), "PASSWORD", PASSWORD));
            Process process = bash.start();
            String said = new String(process.getInputStream().readAllBytes());
            assertEquals(0, process.waitFor(), said);
        }
        etcd.enableAuthentication();
    }

    @AfterAll
    static void end() {
        etcd.close();
    }

    @Test
    void theRoleOfAnApplicationIsEnoughForEverything() throws Exception {
        try (Running inventory = new Running(configured("inventory").with("service.host", "host1"))) {
            LivenessRegistry registry = inventory.lively.registry();
            Registration own = registry.registration();
            Awaitility.await("registered").until(() -> own.state() == RegistrationState.REGISTERED);
            BlockingQueue<LivenessEvent> events = new LinkedBlockingQueue<>();
            try (Subscription watch = registry.watch(ServiceQuery.all(), events::add);
                    Registration queue = registry.register(ServiceDefinition.of("queue", "orders"))) {
                Awaitility.await("viewed").until(() -> inventory.lively.view().isUp("queue", "orders"));
                String uuid = queue.record().uuid();
                registry.down(uuid);
                Awaitility.await("held").until(() -> queue.state() == RegistrationState.HELD_DOWN);
                // Longer than a token lives that is not used.
                TimeUnit.SECONDS.sleep(4);
                registry.up(uuid);
                Awaitility.await("up again").until(() -> registry.isUp(uuid));
                assertTrue(registry.history(uuid).size() >= 3);
                Awaitility.await("told").until(() -> events.stream().filter(event -> Events.current(event)
                        .filter(service -> service.uuid().equals(uuid)).isPresent()).count() >= 3);
            }
            ServiceRecord worker = registry.update(ServiceDefinition.of("worker", "host7"), 0);
            worker = registry.update(worker.toDefinition(), worker.revision());
            assertTrue(registry.isUp("worker", "host7"));
            assertTrue(registry.delete(worker.uuid()).isPresent());
            assertEquals(Optional.empty(), registry.find(worker.uuid()));
            assertEquals(RegistrationState.REGISTERED, own.state());
        }
    }

    @Test
    void theReadOnlyRoleReadsAndIsToldWhatItLacksWhenItWrites() {
        try (Running inventory = new Running(configured("inventory").with("service.host", "host2"));
                Running dashboard = new Running(configured("dashboard").with("service.host", "host3"))) {
            Registration seen = inventory.lively.registry().registration();
            Awaitility.await("registered").until(() -> seen.state() == RegistrationState.REGISTERED);
            String uuid = seen.record().uuid();
            LivenessRegistry registry = dashboard.lively.registry();
            assertTrue(registry.isUp(uuid));
            assertFalse(registry.list(ServiceQuery.all()).isEmpty());
            dashboard.lively.view().start();
            Awaitility.await("viewed").until(() -> dashboard.lively.view().isUp(uuid));

            String lacks = "the user of this application may not write the keys that begin with /services/: grant its role that,"
                    + " or change quarkus.lively.etcd.username";
            for (Runnable write : List.<Runnable> of(() -> registry.down(uuid), () -> registry.delete(uuid),
                    () -> registry.update(ServiceDefinition.of("worker", "host8"), 0))) {
                PermissionDeniedException denied = assertThrows(PermissionDeniedException.class, write::run);
                assertTrue(denied.getMessage().contains(lacks), denied.getMessage());
            }
            Awaitility.await("its registration says so").until(() -> registry.registration().reason().contains(lacks));
            assertEquals(RegistrationState.STARTING, registry.registration().state());
            assertTrue(registry.isUp(uuid), "nothing was written");
        }
    }

    @Test
    void aPasswordThatIsChangedWhileRunningIsAskedForAgain() {
        String[] password = { "first" };
        etcd.setUser("rotated", "first", "lively");
        SecurityServices services = new SecurityServices(() -> null, () -> null, bean -> new CredentialsProvider() {
            @Override
            public Map<String, String> getCredentials(String name) {
                assertEquals("vault", name);
                return Map.of(USER_PROPERTY_NAME, "rotated", PASSWORD_PROPERTY_NAME, password[0]);
            }
        });
        Configured configured = Configured.nothing().with("etcd.endpoints", etcd.url()).with("status-ttl", "5")
                .with("service.host", "host4").with("etcd.credentials-provider", "vault");
        try (Running application = new Running(configured.settings(LaunchMode.NORMAL, services))) {
            Registration own = application.lively.registry().registration();
            Awaitility.await("registered").until(() -> own.state() == RegistrationState.REGISTERED);
            String lease = own.lease().orElseThrow().id();
            password[0] = "second";
            etcd.setUser("rotated", "second", "lively");
            Awaitility.await("asked by the new password").ignoreExceptions()
                    .until(() -> application.lively.registry().isUp(own.record().uuid()));
            assertEquals(lease, own.lease().orElseThrow().id());
            assertEquals(RegistrationState.REGISTERED, own.state());
        }
    }

    @Test
    void aPasswordThatIsChangedUnderAStaticOneIsSaidAndItRecoversWhenItIsPutBack() {
        etcd.setUser("fixed", PASSWORD, "lively");
        try (Running application = new Running(configured("fixed").with("service.host", "host5"))) {
            Registration own = application.lively.registry().registration();
            Awaitility.await("registered").until(() -> own.state() == RegistrationState.REGISTERED);
            etcd.setUser("fixed", "another", "lively");
            Awaitility.await("said").until(() -> own.reason().contains(
                    "change quarkus.lively.etcd.username or quarkus.lively.etcd.password"));
            assertFalse(own.reason().contains(PASSWORD), own.reason());
            etcd.setUser("fixed", PASSWORD, "lively");
            Awaitility.await("put back").until(() -> own.reason().equals("it is UP"));
            assertEquals(RegistrationState.REGISTERED, own.state());
        }
    }

    @Test
    void noTextOfTheSettingsHasThePassword() {
        assertFalse(configured("inventory").settings().toString().contains(PASSWORD));
    }

    private static Configured configured(String user) {
        return Configured.nothing().with("etcd.endpoints", etcd.url()).with("status-ttl", "5").with("etcd.username", user)
                .with("etcd.password", PASSWORD);
    }
}
