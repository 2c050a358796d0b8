package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** A reload in dev mode ends the polling with the application that was polled, and the next one is polled in its place. */
class ReadinessIsPolledAfterReloadTest {

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClass(PolledResource.class)
                    .addAsResource(new StringAsset("quarkus.lively.etcd.endpoints=http://127.0.0.1:1"),
                            "application.properties"));

    @Test
    void oncePerApplication() throws InterruptedException {
        RestAssured.get("/polled").then().body(equalTo("before"));
        await().until(() -> polls("before") > 2);

        APPLICATION.modifySourceFile(PolledResource.class, source -> source.replace("\"before\"", "\"after\""));
        RestAssured.get("/polled").then().body(equalTo("after"));
        await().until(() -> polls("after") > 2);

        int before = polls("before");
        Thread.sleep(500);
        assertEquals(before, polls("before"));
        assertEquals(1, threads().size(), threads().toString());
    }

    @AfterAll
    static void nothingIsLeft() throws InterruptedException {
        int after = polls("after");
        Thread.sleep(500);
        assertEquals(after, polls("after"));
        assertEquals(List.of(), threads());
    }

    private static int polls(String version) {
        return Integer.getInteger("lively.test.polls." + version, 0);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter("lively"::equals).toList();
    }
}
