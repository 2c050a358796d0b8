package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.LogLines;
import io.quarkiverse.lively.test.NeedsProgram;

/** A member that takes what is sent, and never answers, is left for another one before a lease runs out. */
@NeedsProgram({ "etcd", "etcdctl" })
class SilentMemberTest {

    /** The least that is advised. */
    private static final Duration TTL = Duration.ofSeconds(5);

    @Test
    void theLeaseIsKept() {
        try (EtcdServer server = EtcdServer.started();
                CutProxy one = new CutProxy(server.port());
                CutProxy other = new CutProxy(server.port())) {
            Lively lively = Configured.nothing().with("etcd.endpoints", one.url() + "," + other.url())
                    .with("status-ttl", Long.toString(TTL.toSeconds())).lively();
            lively.start();
            lively.serve(Optional.empty());
            Registration registration = lively.registry().registration();
            Awaitility.await().until(() -> registration.state() == RegistrationState.REGISTERED);
            Optional<Lease> lease = registration.lease();

            CutProxy silent = one.isInUse() ? one : other;
            try (LogLines log = new LogLines()) {
                silent.drop();
                Awaitility.await("it is too late").pollDelay(TTL.multipliedBy(2)).atMost(TTL.multipliedBy(4)).until(() -> true);
                assertEquals(lease.map(Lease::id), registration.lease().map(Lease::id));
                assertEquals(RegistrationState.REGISTERED, registration.state());
                assertEquals(List.of(), log.warnings(), "the other member serves");
                assertEquals(1, log.messages().size(), () -> log.messages().toString());
                assertTrue(log.messages().get(0)
                        .matches("etcd at " + silent.url() + " cannot be reached: no answer within \\d+ ms."
                                + " Another member is asked from now on"),
                        log.messages().get(0));
            }
            lively.stop();
            lively.close();
        }
    }
}
