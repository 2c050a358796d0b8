package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** DOWN is in etcd while the application still serves, and the process ends in time whatever etcd does. */
class StopIT {

    private static final Duration DELAY = Duration.ofSeconds(2);
    /** Of Lively, for all that it does at a shutdown. So long that twice as long would be noticed. */
    private static final Duration BUDGET = Duration.ofSeconds(4);
    /** What a JVM needs to end. */
    private static final Duration REST = Duration.ofSeconds(1);
    /** Of requests that have begun and are not answered yet; the question for it is one. */
    private static final Pattern IN_FLIGHT = Pattern.compile("^http_server_active_requests(?:\\{.*})? ([\\d.]+)$",
            Pattern.MULTILINE);

    @AutoClose
    private EtcdServer etcd;
    @AutoClose
    private DemoProcess demo;

    @BeforeEach
    void start() {
        etcd = EtcdServer.started();
    }

    @Test
    void downComesFirst() throws InterruptedException {
        demo = DemoProcess.start(etcd, "-Dquarkus.shutdown.delay=" + DELAY).awaitRegistered();
        String uuid = demo.uuid();
        Integer token = demo.get("/self").path("fencingToken");
        assertNotNull(token);
        Measured stop = terminateUntilDown();
        assertEquals(List.of("/services/by-status/DOWN/" + uuid), etcd.keys("/services/by-status/"));
        assertEquals(List.of(), etcd.keys("/services/by-owner/"));
        assertTrue(demo.listens(), "it serves while it is DOWN");
        assertEquals("DOWN", demo.get("/self").path("status"));
        assertEquals(token, demo.get("/self").path("fencingToken"), "its guarded writes are accepted");
        assertEquals("DOWN", demo.get("/services/" + uuid).path("liveness"), "it can still ask etcd");
        assertEquals(503, demo.get("/q/health/ready").statusCode());

        assertTrue(demo.hasEndedWithin(Duration.ofSeconds(10)));
        stop.check("from SIGTERM to the end, with a delay of 2 s", DELAY.plus(REST));
        assertEquals(List.of("/services/by-uuid/" + uuid), etcd.keys("/services/by-uuid/"), "the record stays");
        assertEquals(List.of(), etcd.leases().all());
    }

    /** Half of it comes before the shutdown, and the other half only when DOWN is in etcd. */
    @Test
    void aRequestInFlightIsAnswered() throws IOException, InterruptedException {
        demo = DemoProcess.start(etcd, "-Dquarkus.shutdown.timeout=5S").awaitRegistered();
        String body = "{\"type\": \"queue\", \"host\": \"q1\"}";
        try (Socket request = new Socket(InetAddress.getByName("127.0.0.1"), demo.port())) {
            send(request, "POST /services HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.length() + "\r\nConnection: close\r\n\r\n" + body.substring(0, 10));
            Awaitility.await("it has arrived").until(() -> inFlight() > 1);
            Measured stop = terminateUntilDown();
            send(request, body.substring(10));
            String answer = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(demo.hasEndedWithin(Duration.ofSeconds(10)));
            stop.check("from SIGTERM to the end, with a request in flight", Duration.ofSeconds(1).plus(REST));
        }
        assertEquals(1, etcd.keys("/services/by-type-host/queue/").size(), "it was done");
    }

    @Test
    void anEtcdThatWasKilledDoesNotHoldItUp() throws InterruptedException {
        startWithBudget();
        etcd.kill();
        endsInTime("with a dead etcd");
    }

    @Test
    void anEtcdThatIsFrozenDoesNotHoldItUp() throws InterruptedException {
        startWithBudget();
        etcd.freeze();
        endsInTime("with a frozen etcd");
        etcd.thaw();
        Awaitility.await("it expires").atMost(DemoProcess.TTL.plusSeconds(5))
                .until(() -> etcd.keys("/services/by-status/UP/").isEmpty());
    }

    private void startWithBudget() {
        demo = DemoProcess.start(etcd, "-Dquarkus.lively.shutdown.timeout=" + BUDGET).awaitRegistered();
    }

    private Measured terminateUntilDown() {
        Measured stop = Measured.fromNow();
        demo.terminate();
        stop.await("from SIGTERM to DOWN in etcd", Duration.ofSeconds(1),
                () -> etcd.keys("/services/by-status/UP/").isEmpty());
        return stop;
    }

    private void endsInTime(String how) throws InterruptedException {
        Measured stop = Measured.fromNow();
        demo.terminate();
        assertTrue(demo.hasEndedWithin(BUDGET.multipliedBy(3)));
        stop.check("from SIGTERM to the end, " + how, BUDGET.plus(REST));
        assertTrue(demo.log().contains("could not be published as DOWN"), demo.log());
    }

    private double inFlight() {
        Matcher requests = IN_FLIGHT.matcher(demo.get("/q/metrics").asString());
        assertTrue(requests.find());
        return Double.parseDouble(requests.group(1));
    }

    private static void send(Socket request, String text) throws IOException {
        request.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        request.getOutputStream().flush();
    }
}
