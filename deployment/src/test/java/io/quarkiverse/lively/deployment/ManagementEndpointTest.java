package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;

/** The fleet is told and written by HTTP, where that is asked for; and never for the page of a site. */
@ExtendWith(RealEtcd.class)
class ManagementEndpointTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.application.name", "inventory")
            .overrideConfigKey("quarkus.lively.service.host", "here")
            .overrideConfigKey("quarkus.lively.management.enabled", "true")
            .overrideConfigKey("quarkus.lively.management.writes-enabled", "true")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.request-timeout", "1S");

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    @BeforeEach
    void registered() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        view.awaitReady().await().indefinitely();
    }

    @Test
    void tellsOfTheRegistrationAndTheView() {
        RestAssured.get("/q/lively").then().statusCode(200).contentType("application/json").header("Cache-Control", "no-store")
                .body("state", equalTo("REGISTERED")).body("service.type", equalTo("inventory"))
                .body("service.uuid", equalTo(registry.registration().record().uuid()))
                .body("lease.id", equalTo(registry.registration().lease().orElseThrow().id()))
                .body("fencingToken", notNullValue()).body("view.state", equalTo("CURRENT"))
                .body("view.ageMillis", notNullValue());
    }

    @Test
    void tellsOfServices() {
        try (Registration other = registry.register(
                ServiceDefinition.of("orders", "host1").withUuid("o 1%").withRegion("eu")
                        .withEndpoint(new Endpoint("h", 7, true)))) {
            await().until(() -> other.state() == RegistrationState.REGISTERED);
            RestAssured.get("/q/lively/services").then().statusCode(200).body("uuid", hasItem("o 1%"))
                    .body("type", hasItem("inventory"));
            RestAssured.given().urlEncodingEnabled(false)
                    .get("/q/lively/services?type=orders&type=none&host=host1&region=eu&liveness=up&uuid=o%201%25").then()
                    .statusCode(200).body("uuid", contains("o 1%")).body("[0].endpoint.port", equalTo(7))
                    .body("[0].liveness", equalTo("UP"));
            RestAssured.get("/q/lively/services?type=orders&liveness=DOWN").then().statusCode(200).body("$", hasSize(0));
            RestAssured.given().get("/q/lively/services/{uuid}", "o 1%").then().statusCode(200).body("host", equalTo("host1"));
            RestAssured.given().get("/q/lively/services/{uuid}/history", "o 1%").then().statusCode(200)
                    .body("[0].reason", equalTo("REGISTERED"));
        }
    }

    @Test
    void takesDownAndUp() {
        String uuid = registry.registration().record().uuid();
        write().post("/q/lively/services/{uuid}/down", uuid).then().statusCode(200).body("liveness", equalTo("DOWN"))
                .body("maintenance", nullValue());
        write().post("/q/lively/services/{uuid}/up", uuid).then().statusCode(200);
        write().body("{\"note\":\"disk\",\"end\":\"2199-01-01T00:00:00Z\"}")
                .post("/q/lively/services/{uuid}/maintenance", uuid).then().statusCode(200)
                .body("maintenance.note", equalTo("disk")).body("maintenance.end", equalTo("2199-01-01T00:00:00Z"));
        write().body("{}").post("/q/lively/services/{uuid}/up", uuid).then().statusCode(200);
        await().until(() -> registry.isUp(uuid));
        RestAssured.get("/q/lively/services/{uuid}/history", uuid).then().body("reason", hasItem("MAINTENANCE"))
                .body("note", hasItem("disk"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "down|[]|JSON", "down|{|JSON", "down|\"x\"|JSON",
            "down|{\"end\":\"2199-01-01T00:00:00Z\"}|end",
            "maintenance|{}|note", "maintenance|{\"note\":7}|note", "maintenance|{\"end\":\"tomorrow\"}|end",
            "maintenance|{\"ende\":null}|ende", "maintenance|{\"note\":\"x\",\"end\":\"2001-01-01T00:00:00Z\"}|ended",
            "up|{\"note\":\"x\"}|note" })
    void refusesWhatItDoesNotUnderstand(String operation, String body, String why) {
        String uuid = registry.registration().record().uuid();
        write().body(body).post("/q/lively/services/{uuid}/{operation}", uuid, operation).then().statusCode(400)
                .contentType("application/json").body("error", containsString(why));
        assertEquals(true, registry.isUp(uuid));
    }

    @Test
    void refusesAParameterThatBelongsIntoTheBody() {
        String uuid = registry.registration().record().uuid();
        for (String operation : List.of("down", "maintenance", "up")) {
            write().queryParam("end", "2199-01-01T00:00:00Z").post("/q/lively/services/{uuid}/{operation}", uuid, operation)
                    .then().statusCode(400).body("field", equalTo("end")).body("error", containsString("into the body"));
        }
        assertEquals(true, registry.isUp(uuid));
    }

    @Test
    void refusesABodyThatIsTooLong() {
        write().body("{\"note\":\"" + "x".repeat(70_000) + "\"}").post("/q/lively/services/u/maintenance").then()
                .statusCode(400)
                .body("field", equalTo("body"));
    }

    @Test
    void errorsAreTold() {
        RestAssured.get("/q/lively/services?typ=x").then().statusCode(400).body("field", equalTo("typ"));
        RestAssured.get("/q/lively/services?liveness=sleepy").then().statusCode(400).body("error", containsString("EXPIRED"));
        RestAssured.get("/q/lively/services?status=UP").then().statusCode(400).body("field", equalTo("status"));
        RestAssured.get("/q/lively/services?type=").then().statusCode(400);
        RestAssured.given().urlEncodingEnabled(false).get("/q/lively/services/a%2Fb").then().statusCode(400).body("field",
                equalTo("uuid"));
        RestAssured.get("/q/lively/services/none").then().statusCode(404).body("error", containsString("none"));
        RestAssured.get("/q/lively/services/none/history").then().statusCode(404);
        write().post("/q/lively/services/none/up").then().statusCode(404);
    }

    /** Such as only a client sends that is broken, or means it. */
    @Test
    void aQueryThatCannotBeReadIsRefused() throws IOException {
        HttpURLConnection broken = (HttpURLConnection) new URL(
                "http://localhost:" + RestAssured.port + "/q/lively/services?type=%zz").openConnection();
        assertEquals(400, broken.getResponseCode());
        broken.disconnect();
    }

    /** One that does not say before how long it is. */
    @Test
    void aBodyThatIsTooLongIsRefused() throws IOException, InterruptedException {
        byte[] blanks = new byte[1 << 20];
        Arrays.fill(blanks, (byte) ' ');
        HttpResponse<String> answer = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/q/lively/services/u/down"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(blanks))).build(),
                BodyHandlers.ofString());
        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("must not be longer"), answer.body());
    }

    @Test
    void anEtcdThatDoesNotAnswerIsTold() {
        RealEtcd.freeze();
        try {
            RestAssured.get("/q/lively/services").then().statusCode(503).body("error", containsString("etcd"));
            write().post("/q/lively/services/u/down").then().statusCode(503);
            RestAssured.get("/q/lively").then().statusCode(200);
        } finally {
            RealEtcd.thaw();
        }
    }

    /** What a form of another site can send. */
    @ParameterizedTest
    @ValueSource(strings = { "application/x-www-form-urlencoded", "text/plain", "text/html",
            "text/plain;application/json" })
    void noFormCanWrite(String type) {
        String uuid = registry.registration().record().uuid();
        RestAssured.given().header("Content-Type", type).body("{}").post("/q/lively/services/{uuid}/down", uuid).then()
                .statusCode(415);
        RestAssured.given().noContentType().post("/q/lively/services/{uuid}/down", uuid).then().statusCode(415);
        assertEquals(true, registry.isUp(uuid));
    }

    /** What a script can send, of another site if CORS is set too wide, or by a name that leads here since a moment ago. */
    @ParameterizedTest
    @CsvSource({ "Origin, http://elsewhere.example", "Origin, null", "Origin, http://localhost:1", "Sec-Fetch-Site, cross-site",
            "Sec-Fetch-Site, same-origin" })
    void noPageCanWrite(String header, String value) {
        String uuid = registry.registration().record().uuid();
        write().header(header, value).post("/q/lively/services/{uuid}/down", uuid).then().statusCode(403);
        assertEquals(true, registry.isUp(uuid));
        write().header("Origin", "http://localhost:" + RestAssured.port).post("/q/lively/services/{uuid}/down", uuid).then()
                .statusCode(403);
    }

    private static RequestSpecification write() {
        return RestAssured.given().header("Content-Type", "application/json");
    }
}
