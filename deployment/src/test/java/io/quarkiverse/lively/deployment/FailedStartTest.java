package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import java.time.Duration;

import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** In dev mode a first start may fail. The one that works then is registered, although the socket is open already. */
@ExtendWith(RealEtcd.class)
class FailedStartTest {

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .setAllowFailedStart(true)
            .withApplicationRoot(archive -> archive.addClass(FailingResource.class)
                    .addAsResource(new StringAsset("quarkus.http.port=8080\n"), "application.properties"));

    /** The port that is configured meanwhile is not the one that Quarkus has opened. */
    @Test
    void registersOnceItIsMended() {
        RestAssured.get("/failing").then().statusCode(500);
        APPLICATION.modifyResourceFile("application.properties", properties -> properties.replace("8080", "8099"));
        APPLICATION.modifySourceFile(FailingResource.class, source -> source.replace("\"broken\"", "\"fine\""));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> RestAssured.get("/failing").then().body(equalTo("REGISTERED at 8080")));
    }
}
