package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** Dev mode: UP is published once the socket listens, with its real port, whatever else runs in Vert.x; also after a reload. */
@ExtendWith(RealEtcd.class)
class VerticleBeforeTheSocketTest {

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClass(DeployingResource.class)
                    .addAsResource(new StringAsset("quarkus.http.port=0\n"), "application.properties"));

    @AfterAll
    static void clear() {
        System.clearProperty("lively.test.before-the-socket");
        System.clearProperty("lively.test.port");
    }

    @Test
    void theRealPortIsPublishedOnceItListens() {
        await().atMost(Duration.ofSeconds(20)).until(() -> Integer.getInteger("lively.test.port") != null);
        assertEquals("STARTING", System.getProperty("lively.test.before-the-socket"));
        int port = Integer.getInteger("lively.test.port");
        awaitAnswer(port, "before REGISTERED at " + port);

        APPLICATION.modifySourceFile(DeployingResource.class, source -> source.replace("\"before ", "\"after "));
        awaitAnswer(port, "after REGISTERED at " + port);
    }

    private static void awaitAnswer(int port, String answer) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(
                () -> RestAssured.given().port(port).get("/deploying").then().body(equalTo(answer)));
    }
}
