package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.GrpcProxy;
import io.quarkiverse.lively.test.LogLines;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * A member that serves some kinds of calls only is left for another one before the lease runs out. A member that lags behind
 * its leader renews leases, and leaves reads unanswered. A real one cannot be made to lag at a given moment, so a proxy in
 * front of a real one keeps the answers back.
 */
@NeedsProgram("etcd")
class LaggingMemberTest {

    /** The least that is advised. */
    private static final Duration TTL = Duration.ofSeconds(5);

    private final EtcdServer server = EtcdServer.started();
    private final GrpcProxy one = new GrpcProxy(server.port());
    private final GrpcProxy other = new GrpcProxy(server.port());
    private Lively lively;
    private Registration registration;

    @BeforeEach
    void register() {
        lively = Configured.nothing().with("etcd.endpoints", one.url() + "," + other.url())
                .with("status-ttl", Long.toString(TTL.toSeconds())).with("etcd.request-timeout", "2S")
                .with("view.progress-interval", "1S").lively();
        lively.start();
        lively.serve(Optional.empty());
        registration = lively.registry().registration();
        lively.view().start();
        Awaitility.await().until(() -> registration.state() == RegistrationState.REGISTERED
                && lively.view().freshness().state() == State.CURRENT);
    }

    @AfterEach
    void end() {
        lively.stop();
        lively.close();
        one.close();
        other.close();
        server.close();
    }

    @Test
    void readsAndTheViewGoOnAtAnotherOneIfReadsAreNotAnswered() {
        isLeftIfSilent("KV");
        assertFalse(lively.registry().isUp("another"));
    }

    @Test
    void theLeaseIsKeptIfRenewalsAreNotAnswered() {
        isLeftIfSilent("Lease");
    }

    private void isLeftIfSilent(String service) {
        Optional<Lease> lease = registration.lease();
        GrpcProxy inUse = one.called().isEmpty() ? other : one;
        GrpcProxy spare = inUse == one ? other : one;
        try (LogLines log = new LogLines()) {
            inUse.silence(service);
            Instant silent = Instant.now();
            Awaitility.await("the other member is asked").atMost(TTL).until(() -> !spare.called().isEmpty());
            Awaitility.await("the view is current").atMost(TTL.minus(Duration.between(silent, Instant.now())))
                    .until(() -> lively.view().freshness().state() == State.CURRENT
                            && lively.view().freshness().asOf().isAfter(silent.plusSeconds(2)));
            Awaitility.await("it is too late").pollDelay(TTL).atMost(TTL.multipliedBy(4)).until(() -> true);
            assertEquals(RegistrationState.REGISTERED, registration.state(), registration::reason);
            assertEquals(lease.map(Lease::id), registration.lease().map(Lease::id));
            assertEquals(List.of(), log.with("Trying again until"), "another member serves");
            List<String> left = log.with("Another member is asked from now on");
            assertEquals(1, left.size(), left::toString);
            assertTrue(left.get(0).startsWith("etcd at " + inUse.url() + " cannot be reached: no answer within "), left.get(0));
        }
    }
}
