package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.equalTo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

class NoReadinessCheckTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.health.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1");

    @Test
    void checkIsNotThere() {
        RestAssured.get("/q/health/ready").then().statusCode(200).body("checks.size()", equalTo(0));
    }
}
