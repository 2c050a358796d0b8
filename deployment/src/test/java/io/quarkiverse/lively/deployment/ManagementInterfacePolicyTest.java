package io.quarkiverse.lively.deployment;

import static io.quarkiverse.lively.deployment.WithPolicies.write;
import static io.quarkiverse.lively.deployment.WithPolicies.writeBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.RestAssured;

/** Writes on the management interface, where the policies have other names, and Quarkus has read the body already. */
@ExtendWith(RealEtcd.class)
class ManagementInterfacePolicyTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithPolicies.of("quarkus.management")
            .overrideConfigKey("quarkus.management.enabled", "true")
            .overrideConfigKey("quarkus.management.test-port", "0")
            .overrideConfigKey("quarkus.management.auth.enabled", "true");

    @TestHTTPResource(value = "/lively", management = true)
    URL lively;

    @Inject
    LivenessRegistry registry;

    @Test
    void onlyOperatorsMayWrite() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        String uuid = registry.registration().record().uuid();
        String service = lively + "/services/" + uuid;
        RestAssured.get(service).then().statusCode(200);

        write().post(service + "/down").then().statusCode(401);
        writeBy("reader", "secret").post(service + "/down").then().statusCode(403);
        writeBy("operator", "secret").body("{\"note\":\"" + "x".repeat(70_000) + "\"}").post(service + "/down").then()
                .statusCode(400).body("error", containsString("must not be longer"));
        assertTrue(registry.isUp(uuid));

        writeBy("operator", "secret").body("{\"note\":\"disk\"}").post(service + "/maintenance").then().statusCode(200)
                .body("maintenance.note", equalTo("disk"));
    }
}
