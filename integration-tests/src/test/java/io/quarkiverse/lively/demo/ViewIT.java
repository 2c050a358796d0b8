package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.restassured.path.json.JsonPath;

/** The view of one application shows what happens to others, and says how old it is. */
class ViewIT {

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess viewing;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        viewing = DemoProcess.start(etcd, "-Dquarkus.lively.service.host=viewing").awaitRegistered();
        awaitFreshness("CURRENT");
    }

    @Test
    void aCrashIsSeenAndTold() throws IOException, InterruptedException {
        List<JsonPath> events = new CopyOnWriteArrayList<>();
        try (DemoProcess other = DemoProcess.start(etcd, "-Dquarkus.lively.service.type=other",
                "-Dquarkus.lively.service.host=crashing").awaitRegistered()) {
            String uuid = other.uuid();
            Awaitility.await().until(() -> "true".equals(viewing.get("/view/up", "uuid", uuid).asString()));
            assertEquals("true", viewing.get("/view/up", "type", "other", "host", "crashing").asString());
            try (InputStream stream = listen("/events?type=other")) {
                Thread reader = new Thread(() -> read(stream, events), "events");
                reader.setDaemon(true);
                reader.start();
                Awaitility.await("the snapshot").until(() -> kinds(events).equals(List.of("SNAPSHOT", "SNAPSHOT_END")));

                other.kill();
                Measured crash = Measured.fromNow();
                crash.await("from SIGKILL to the event EXPIRED, TTL 5 s", DemoProcess.TTL.plusSeconds(1),
                        () -> events.size() == 3);
                assertEquals("EXPIRED", events.get(2).getString("reason"));
                assertEquals("UP", events.get(2).getString("previous.liveness"));
                assertEquals("EXPIRED", events.get(2).getString("service.liveness"));
                assertEquals(uuid, events.get(2).getString("service.uuid"));
            }
            assertEquals("false", viewing.get("/view/up", "uuid", uuid).asString());
            viewing.get("/view/services", "liveness", "EXPIRED").then().body("[0].uuid", equalTo(uuid));
        }
    }

    @Test
    @NeedsProgram("etcd")
    void withoutEtcdItStaysAsItIsAndSaysThatItIsStale() {
        String uuid = viewing.uuid();
        etcd.kill();
        awaitFreshness("STALE");
        assertEquals("true", viewing.get("/view/up", "uuid", uuid).asString(), "nobody is down because we lost etcd");
        etcd.start();
        Measured back = Measured.fromNow();
        back.await("from etcd's return to a current view", DemoProcess.TTL,
                () -> "CURRENT".equals(viewing.get("/view/freshness").path("state")));
        viewing.awaitRegistered();
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        viewing.get("/view/up").then().statusCode(400).body(containsString("uuid"));
        viewing.get("/view/up", "type", "other").then().statusCode(400).body(containsString("host"));
        viewing.get("/view/up", "uuid", "a/b").then().statusCode(400).body(containsString("uuid"));
        viewing.get("/view/services", "host", "x".repeat(300)).then().statusCode(400).body(containsString("host"));
        viewing.get("/view/services", "type", "").then().statusCode(400).body(containsString("type"));
        viewing.get("/events", "liveness", "SIDEWAYS").then().statusCode(400).body(containsString("liveness"));
    }

    private static void awaitFreshness(String state) {
        Awaitility.await(state).atMost(Duration.ofSeconds(20))
                .until(() -> state.equals(viewing.get("/view/freshness").path("state")));
        Map<String, Object> freshness = viewing.get("/view/freshness").path("");
        assertTrue(((Number) freshness.get("revision")).longValue() > 0, freshness.toString());
    }

    private static InputStream listen(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + viewing.port() + path)).build(),
                HttpResponse.BodyHandlers.ofInputStream()).body();
    }

    private static void read(InputStream stream, List<JsonPath> events) {
        new java.io.BufferedReader(new java.io.InputStreamReader(stream)).lines().filter(line -> line.startsWith("data:"))
                .forEach(line -> events.add(JsonPath.from(line.substring("data:".length()))));
    }

    private static List<String> kinds(List<JsonPath> events) {
        return events.stream().map(event -> event.getString("kind")).toList();
    }
}
