package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;

/** Of two processes with one identity, one is registered; the other says why it is not, and writes nothing. */
@Execution(ExecutionMode.CONCURRENT)
class IdentityConflictIT {

    /** The loser looks again each half TTL, or less often. */
    private static final Duration PEACE = DemoProcess.TTL;

    @Test
    void oneOfTwoIsRegistered() {
        try (EtcdServer etcd = EtcdServer.started();
                DemoProcess fenced = start(etcd, "takeover").awaitRegistered();
                DemoProcess taker = start(etcd, "takeover").awaitRegistered();
                DemoProcess owner = start(etcd, "fail").awaitRegistered();
                DemoProcess failing = start(etcd, "fail");
                DemoProcess awaited = start(etcd, "wait").awaitRegistered();
                DemoProcess waiting = start(etcd, "wait")) {
            loses(fenced, "FENCED", "another process registered as the same service", taker);
            loses(failing, "STOPPED", "on-conflict is 'fail'", owner);
            loses(waiting, "STARTING", "WAITING_FOR", awaited);
            assertTrue(waiting.reason().startsWith("WAITING_FOR"), waiting.reason());
            assertTrue(taker.log().contains("has taken it over"), taker.log());
            assertEquals(503, fenced.get("/q/health/ready").statusCode());
            assertEquals(3, etcd.keys("/services/by-status/UP/").size());

            // With every revision in it: nobody writes anything, neither the losers nor who would have to defend itself.
            List<String> keys = etcd.keys().entries("/");
            Awaitility.await("nothing is written").during(PEACE).atMost(PEACE.plusSeconds(10))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> keys.equals(etcd.keys().entries("/"))
                            && "FENCED".equals(fenced.state()) && "STOPPED".equals(failing.state())
                            && "STARTING".equals(waiting.state()));
        }
    }

    private static DemoProcess start(EtcdServer etcd, String onConflict) {
        return DemoProcess.start(etcd, "-Dquarkus.lively.service.host=" + onConflict,
                "-Dquarkus.lively.registration.on-conflict=" + onConflict);
    }

    private static void loses(DemoProcess loser, String state, String why, DemoProcess winner) {
        Awaitility.await(state).atMost(DemoProcess.TTL.plusSeconds(2))
                .until(() -> state.equals(loser.state()) && loser.reason().contains(why));
        assertTrue(loser.reason().contains("127.0.0.1:" + winner.port()), loser.reason());
        System.out.println(state + ": " + loser.reason());
    }
}
