package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/**
 * A reload in dev mode: nobody who looks at etcd notices, also of two sockets, and nothing of the old application remains. More
 * reloads with {@code -Dlively.test.reloads=20}.
 */
@ExtendWith({ RealEtcd.class, ServerCertificate.class })
class ReloadTest {

    private static final int RELOADS = Integer.getInteger("lively.test.reloads", 4);
    /** Some things are made at the first reloads, once and for all. */
    private static final int WARM_UP = 2;

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClass(ReloadedResource.class));

    @Test
    void leavesNoTrace() {
        awaitState("before REGISTERED true");
        long revision = RealEtcd.keys().revision();
        String word = "before ";
        JvmCensus then = null;
        for (int i = 1; i <= WARM_UP + RELOADS; i++) {
            String old = word;
            String fresh = "after " + i + " ";
            APPLICATION.modifySourceFile(ReloadedResource.class, source -> source.replace('"' + old, '"' + fresh));
            word = fresh;
            awaitState(fresh + "REGISTERED true");
            assertEquals(revision, RealEtcd.keys().revision(), "etcd was written");
            // Those of the old application would say STOPPED.
            assertEquals(List.of("lively_registration_state{state=\"REGISTERED\"}"),
                    Exposed.now().set("lively_registration_state"));
            if (i == WARM_UP) {
                then = JvmCensus.settled();
            }
        }
        JvmCensus before = then;
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            JvmCensus now = JvmCensus.taken();

            assertTrue(now.isWithin(before), () -> "grew from " + before + " to " + now + " over " + RELOADS + " reloads");
        });
    }

    private static void awaitState(String expected) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> RestAssured.get("/reloaded").then().body(equalTo(expected)));
    }
}
