package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;

/** A REST client that finds its peers through Stork survives the death of one, and does not notice the drain of one. */
@Execution(ExecutionMode.CONCURRENT)
class PeersIT {

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess caller;
    @AutoClose
    private static DemoProcess staying;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        caller = DemoProcess.start(etcd, "-Dquarkus.lively.service.type=caller");
        caller.get("/peers/ask").then().statusCode(503).body(containsString("No services found"));
        staying = peer("staying");
    }

    @Test
    void aCrashFailsNoCallOnceItHasExpired() throws InterruptedException {
        try (DemoProcess crashing = peer("crashing"); RepeatedCalls calls = RepeatedCalls.of(caller, "/peers/ask")) {
            calls.awaitAnswersFrom(Set.of("staying", "crashing"));
            String uuid = crashing.uuid();
            Measured crash = Measured.fromNow();
            crashing.kill();
            crash.await("from SIGKILL to not offered by Stork, TTL 5 s", DemoProcess.TTL.plusSeconds(1), () -> !isUp(uuid));
            long expired = System.nanoTime();
            calls.awaitMoreThan(100, expired);

            List<RepeatedCalls.Call> later = calls.since(expired);
            System.out.printf("%d of %d calls failed before the crashed peer had expired, none of %d later%n",
                    calls.failures().size(), calls.all().size(), later.size());
            assertEquals(List.of(), later.stream().filter(call -> !call.isFrom("staying")).toList());
            assertTrue(!calls.failures().isEmpty(), "the crash was noticed by nobody");
        }
    }

    @Test
    void aDrainFailsNoCallAtAll() throws InterruptedException {
        try (DemoProcess draining = peer("draining"); RepeatedCalls calls = RepeatedCalls.of(caller, "/peers/ask")) {
            calls.awaitAnswersFrom(Set.of("staying", "draining"));
            String uuid = draining.uuid();
            Measured drain = Measured.fromNow();
            draining.terminate();
            drain.await("from SIGTERM to not offered by Stork", Duration.ofSeconds(1), () -> !isUp(uuid));
            long down = System.nanoTime();
            assertTrue(draining.hasEndedWithin(Duration.ofSeconds(10)));
            calls.awaitMoreThan(50, System.nanoTime());

            System.out.printf("%d calls during the drain of a peer, %d after it was DOWN%n", calls.all().size(),
                    calls.since(down).size());
            assertEquals(List.of(), calls.failures());
            assertEquals(List.of(), calls.since(down).stream().filter(call -> !call.isFrom("staying")).toList());
        }
    }

    private static DemoProcess peer(String host) {
        DemoProcess peer = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=" + host, "-Dquarkus.shutdown.delay=2S")
                .awaitRegistered();
        String uuid = peer.uuid();
        Awaitility.await("the caller knows " + host).until(() -> isUp(uuid));
        return peer;
    }

    private static boolean isUp(String uuid) {
        return "true".equals(caller.get("/view/up", "uuid", uuid).asString());
    }
}
