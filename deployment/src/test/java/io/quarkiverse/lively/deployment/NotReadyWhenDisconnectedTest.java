package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.equalTo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

class NotReadyWhenDisconnectedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1")
            .overrideRuntimeConfigKey("quarkus.lively.health.when-disconnected", "down");

    @Test
    void notReady() {
        RestAssured.get("/q/health/ready").then().statusCode(503)
                .body("checks.find { it.name == 'lively' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'lively' }.data.state", equalTo("STARTING"));
    }

    @Test
    void alive() {
        RestAssured.get("/q/health/live").then().statusCode(200);
    }
}
