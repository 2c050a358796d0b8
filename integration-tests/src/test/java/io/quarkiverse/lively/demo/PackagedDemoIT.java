package io.quarkiverse.lively.demo;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;

/** The demo as it is packaged: as a jar, and as a native executable where that is built. */
@QuarkusIntegrationTest
@WithTestResource(EtcdResource.class)
class PackagedDemoIT {

    @BeforeEach
    void registered() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(
                () -> RestAssured.get("/self").then().statusCode(200).body("state", equalTo("REGISTERED")));
    }

    @Test
    void theRegistryAnswers() {
        String uuid = RestAssured.get("/self").path("uuid");
        RestAssured.get("/up?uuid=" + uuid).then().statusCode(200).body(equalTo("true"));
        RestAssured.get("/services").then().statusCode(200).body("find { it.uuid == '" + uuid + "' }.liveness", equalTo("UP"));
    }

    @Test
    void aServiceIsWrittenTakenDownAndDeleted() {
        String uuid = json().body(Map.of("type", "queue", "host", "h7")).post("/services").then().statusCode(200)
                .extract().path("uuid");
        json().body(Map.of("note", "failed disk")).put("/services/" + uuid + "/down").then().statusCode(200)
                .body("liveness", equalTo("DOWN")).body("maintenance.note", equalTo("failed disk"));
        RestAssured.get("/services/" + uuid + "/history").then().statusCode(200).body("status", hasItem("DOWN"));
        await().untilAsserted(() -> RestAssured.get("/view/services").then()
                .body("find { it.uuid == '" + uuid + "' }.liveness", equalTo("DOWN")));
        RestAssured.delete("/services/" + uuid).then().statusCode(204);
        json().put("/services/" + uuid + "/down").then().statusCode(404);
    }

    @Test
    void otherExtensionsSeeIt() {
        RestAssured.get("/q/health/ready").then().statusCode(200)
                .body("checks.find { it.name == 'lively' }.data.state", equalTo("REGISTERED"));
        RestAssured.get("/q/metrics").then().statusCode(200)
                .body(containsString("lively_registration_state{state=\"REGISTERED\"} 1.0"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> RestAssured.get("/peers/ask").then().statusCode(200).body("state", equalTo("REGISTERED")));
        RestAssured.get("/").then().statusCode(200).body(containsString("<title>"));
    }

    private static io.restassured.specification.RequestSpecification json() {
        return RestAssured.given().contentType(ContentType.JSON);
    }
}
