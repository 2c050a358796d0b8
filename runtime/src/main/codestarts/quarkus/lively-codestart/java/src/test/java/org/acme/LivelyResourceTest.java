package org.acme;

import static io.restassured.RestAssured.get;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class LivelyResourceTest {

    @Inject
    LivenessRegistry registry;

    @Test
    void tellsWhoIsUp() {
        Registration other = registry.register(ServiceDefinition.of("other", "host1"));
        await().untilAsserted(() -> get("/lively").then().statusCode(200).body(containsString("other on host1\n")));

        other.abandon();
        get("/lively").then().statusCode(200).body(not(containsString("other on host1\n")));
    }
}
