package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** An etcd that all at once wants a user is told of in words, and no longer once it does not any more. */
@NeedsProgram({ "etcd", "etcdctl" })
@Execution(ExecutionMode.CONCURRENT)
class AuthenticationIT {

    private static final String COMPLAINT = "it wants a user name and a password, and this application gives none";

    @AutoClose
    private final EtcdServer etcd = EtcdServer.started();

    @Test
    void theStateSaysWhatIsWrong() {
        try (DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            String uuid = demo.uuid();
            etcd.etcdctl("user", "add", "root:secret");
            etcd.etcdctl("user", "grant-role", "root", "root");
            etcd.etcdctl("auth", "enable");
            Measured enabled = Measured.fromNow();
            enabled.await("from auth enable to a reason that says so, TTL 5 s", DemoProcess.TTL,
                    () -> demo.reason().contains(COMPLAINT));
            assertEquals("REGISTERED", demo.state(), "etcd still renews its lease");
            assertEquals(List.of("/services/by-status/UP/" + uuid),
                    asRoot("get", "--prefix", "/services/by-status/", "--keys-only"));

            asRoot("lease", "revoke", demo.get("/self").path("leaseId"));
            Measured revoked = Measured.fromNow();
            revoked.await("from the loss of the lease to LOST, TTL 5 s", DemoProcess.TTL,
                    () -> "LOST".equals(demo.state()) && demo.reason().contains(COMPLAINT));
            System.out.println(demo.state() + ": " + demo.reason());

            asRoot("auth", "disable");
            Measured disabled = Measured.fromNow();
            disabled.await("from auth disable to REGISTERED", Duration.ofSeconds(2), () -> "REGISTERED".equals(demo.state()));
            assertEquals("it is UP", demo.reason());
            assertEquals(uuid, demo.uuid());
            assertTrue(demo.log().lines().filter(line -> line.contains(COMPLAINT)).count() < 5, demo.log());
        }
    }

    private List<String> asRoot(String... command) {
        return etcd.etcdctl(Stream.concat(Stream.of("--user", "root:secret"),
                Stream.of(command)).toArray(String[]::new));
    }
}
