package io.quarkiverse.lively.deployment;

import static io.quarkiverse.lively.deployment.WithPolicies.write;
import static io.quarkiverse.lively.deployment.WithPolicies.writeBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** Who may write is said by HTTP policies, as the guide shows it. */
@ExtendWith(RealEtcd.class)
class ManagementPolicyTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithPolicies.of("quarkus.http");

    @Inject
    LivenessRegistry registry;

    @Test
    void onlyOperatorsMayWrite() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        String uuid = registry.registration().record().uuid();
        RestAssured.get("/q/lively/services/{uuid}", uuid).then().statusCode(200);

        write().post("/q/lively/services/{uuid}/down", uuid).then().statusCode(401);
        writeBy("operator", "wrong").post("/q/lively/services/{uuid}/down", uuid).then().statusCode(401);
        writeBy("reader", "secret").post("/q/lively/services/{uuid}/down", uuid).then().statusCode(403);
        assertTrue(registry.isUp(uuid));

        writeBy("operator", "secret").body("{\"note\":\"disk\"}").post("/q/lively/services/{uuid}/maintenance", uuid).then()
                .statusCode(200).body("maintenance.note", equalTo("disk"));
    }
}
