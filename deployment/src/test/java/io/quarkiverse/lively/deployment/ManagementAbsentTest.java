package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** An application that does not ask for it has no management endpoint. */
@ExtendWith(RealEtcd.class)
class ManagementAbsentTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.management.writes-enabled", "true")
            .setLogRecordPredicate(entry -> entry.getLoggerName().equals(LivelyManagementProcessor.class.getName()))
            .assertLogRecords(entries -> {
                assertEquals(1, entries.size());
                assertTrue(entries.get(0).getMessage().contains("quarkus.lively.management.writes-enabled has no effect"));
            });

    @Test
    void thereIsNothing() {
        RestAssured.get("/q/lively").then().statusCode(404);
        RestAssured.get("/q/lively/services").then().statusCode(404);
        RestAssured.given().header("Content-Type", "application/json").post("/q/lively/services/u/down").then()
                .statusCode(404);
    }
}
