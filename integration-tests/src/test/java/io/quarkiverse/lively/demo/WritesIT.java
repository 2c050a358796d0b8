package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** An operator takes services down and up, publishes and deletes them, over HTTP or on the page, and no other page does. */
class WritesIT {

    @AutoClose
    private static EtcdServer etcd;
    @AutoClose
    private static DemoProcess demo;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd);
    }

    /** Whatever the test before has done to it. */
    @BeforeEach
    void isRegistered() {
        demo.awaitRegistered();
    }

    @Test
    void aServiceIsHeldDownAndLiftedAgain() {
        String uuid = demo.uuid();
        demo.request().body(Map.of("note", "disk")).put("/services/" + uuid + "/down").then().statusCode(200)
                .body("liveness", equalTo("DOWN")).body("maintenance.note", equalTo("disk"));
        assertEquals("false", demo.get("/up", "uuid", uuid).asString());
        Measured held = Measured.fromNow();
        held.await("from DOWN to HELD_DOWN, TTL 5 s", DemoProcess.TTL, () -> "HELD_DOWN".equals(demo.state()));
        assertEquals(503, demo.get("/q/health/ready").statusCode());

        demo.request().put("/services/" + uuid + "/up").then().statusCode(200).body("maintenance", nullValue());
        Measured lifted = Measured.fromNow();
        lifted.await("from the lift to REGISTERED, TTL 5 s", DemoProcess.TTL, () -> "REGISTERED".equals(demo.state()));
        assertEquals("true", demo.get("/up", "uuid", uuid).asString());
    }

    @Test
    void aServiceOfNoProcessIsPublishedRenewedAndDeleted() {
        int revision = demo.request().body(Map.of("uuid", "u1", "type", "nova", "host", "h1")).post("/services").then()
                .statusCode(200).body("liveness", equalTo("UP")).body("owned", equalTo(false)).extract().path("revision");
        demo.request().body(Map.of("uuid", "u1", "type", "nova", "host", "h1", "revision", revision)).post("/services")
                .then().statusCode(200).body("revision", equalTo(revision));
        demo.request().body(Map.of("uuid", "u1", "type", "nova", "host", "h1")).post("/services").then().statusCode(409)
                .body(containsString("exists already"));
        demo.request().body(Map.of("uuid", "u2", "type", "nova", "host", "h1")).post("/services").then().statusCode(409)
                .body(containsString("u1"));
        assertEquals(204, demo.request().delete("/services/u1").statusCode());
        assertEquals(404, demo.request().delete("/services/u1").statusCode());
    }

    @Test
    void theApplicationRegistersAgainAfterItWasDeleted() {
        String uuid = demo.uuid();
        assertEquals(204, demo.request().delete("/services/" + uuid).statusCode());
        Measured deleted = Measured.fromNow();
        deleted.await("from the deletion to UP, TTL 5 s", DemoProcess.TTL,
                () -> "true".equals(demo.get("/up", "uuid", uuid).asString()));
    }

    @Test
    void whatCannotBeIsRefused() {
        demo.request().body(Map.of("host", "h1")).post("/services").then().statusCode(400).body(containsString("type"));
        demo.request().body(Map.of("type", "a/b", "host", "h1")).post("/services").then().statusCode(400)
                .body(containsString("type"));
        demo.request().body(Map.of("uuid", "", "type", "a", "host", "h1")).post("/services").then().statusCode(400)
                .body(containsString("uuid"));
        demo.request().body(Map.of("type", "a", "host", "h1", "status", "SIDEWAYS")).post("/services").then()
                .statusCode(400).body(containsString("status"));
        demo.request().put("/services/nobody/down").then().statusCode(404).body(containsString("nobody"));
        demo.request().put("/services/nobody/up").then().statusCode(404);
        demo.request().body(Map.of("end", "2001-01-01T00:00:00Z")).put("/services/" + demo.uuid() + "/down").then()
                .statusCode(400).body(containsString("end"));
        demo.request().body("{\"start\": \"tomorrow\"}").put("/services/" + demo.uuid() + "/down").then()
                .statusCode(400).body(startsWith("start: "));
        demo.request().body("{\"type\": ").post("/services").then().statusCode(400).body(startsWith("body: "));
        demo.request().body("[]").post("/services").then().statusCode(400).body(startsWith("body: "));
        demo.request().body("{\"type\": \"a\", \"host\": \"h\", \"maintenance\": {\"end\": \"soon\"}}").post("/services")
                .then().statusCode(400).body(startsWith("maintenance.end: "));
        for (String body : List.of("{\"end\": \"\"}", "{\"ende\": \"2030-01-01T00:00:00Z\"}")) {
            demo.request().body(body).put("/services/" + demo.uuid() + "/down").then().statusCode(400)
                    .body(startsWith("end"));
        }
        demo.request().body("{\"type\": \"a\", \"host\": \"h\", \"revision\": 1.5}").post("/services").then().statusCode(400)
                .body(startsWith("revision: "));
        demo.get("/services", "tpye", "x").then().statusCode(400).body(startsWith("tpye: "));
        demo.get("/up", "type", "x".repeat(65_536), "host", "h").then().statusCode(400).body(startsWith("type: "));
        demo.get("/services/nobody/history").then().statusCode(404);
        assertEquals(404, demo.get("/nowhere").statusCode());
    }

    @Test
    void aDownNeedsNoBodyAndAServiceThatWasReadCanBeWrittenBack() {
        demo.bareRequest().put("/services/" + demo.uuid() + "/down").then().statusCode(200);
        demo.request().put("/services/" + demo.uuid() + "/up").then().statusCode(200);
        demo.request().body(Map.of("uuid", "back", "type", "nova", "host", "h9")).post("/services").then().statusCode(200);
        String read = demo.get("/services/back").asString();
        demo.request().body(read).post("/services").then().statusCode(200);
        assertEquals(204, demo.request().delete("/services/back").statusCode());
    }

    @Test
    void theHistoryTellsWhoDidWhat() {
        demo.request().body(Map.of("note", "disk")).put("/services/" + demo.uuid() + "/down").then().statusCode(200);
        demo.request().get("/services/" + demo.uuid() + "/history").then().statusCode(200)
                .body("[0].status", equalTo("DOWN")).body("[0].reason", equalTo("MAINTENANCE"))
                .body("[0].by", containsString("@")).body("[0].note", equalTo("disk")).body("[1].status", equalTo("UP"))
                .body("[1].by", matchesPattern("lively-demo@.+ \\([0-9a-f]{8}\\)"));
        demo.request().put("/services/" + demo.uuid() + "/up").then().statusCode(200);
    }

    @Test
    void thePageIsServed() {
        demo.bareRequest().get("/").then().statusCode(200).contentType("text/html").body(containsString("fleet.js"));
        demo.bareRequest().get("/fleet.js").then().statusCode(200).body(containsString("/events"));
        demo.bareRequest().get("/fleet.css").then().statusCode(200);
    }

    /** It could make a user click on what he does not see. */
    @Test
    void thePageOfAnotherSiteCannotShowItInAFrame() {
        demo.bareRequest().get("/").then().header("Content-Security-Policy", containsString("frame-ancestors 'none'"));
    }

    @Test
    void thePageOfAnotherSiteCannotWrite() {
        String down = "/services/" + demo.uuid() + "/down";
        demo.request().header("Origin", "http://evil.example").put(down).then().statusCode(403);
        demo.request().header("Origin", "null").put(down).then().statusCode(403);
        demo.request().header("Host", "evil.example").put(down).then().statusCode(403);
        assertEquals("true", demo.get("/up", "uuid", demo.uuid()).asString());
        String own = "http://127.0.0.1:" + demo.port();
        demo.request().header("Origin", own).put(down).then().statusCode(200);
        demo.request().header("Origin", own).put("/services/" + demo.uuid() + "/up").then().statusCode(200);
    }
}
