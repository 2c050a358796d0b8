package io.quarkiverse.lively.demo;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** The demo has a page, and is written to by nobody else's. */
class FrontPageIT {

    private static EtcdServer etcd;
    private static DemoProcess demo;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
        demo = DemoProcess.start(etcd);
    }

    @AfterAll
    static void end() {
        demo.close();
        etcd.close();
    }

    @Test
    void itIsServed() {
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
