package io.quarkiverse.lively.deployment;

import static io.quarkiverse.lively.deployment.WithPolicies.write;
import static io.quarkiverse.lively.deployment.WithPolicies.writeBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.NeedsProgram;
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

    @Test
    @NeedsProgram({ "bash", "curl" })
    void theCommandsOfThePageAreAnswered() throws Exception {
        await().until(() -> registry.registration().state() != RegistrationState.STARTING);
        for (DocPage.Block block : DocPage.named("management.adoc").blocks("shell")) {
            // Whoever has no password in the command is asked for it.
            String command = block.text().replace("localhost:8080", "localhost:" + RestAssured.port)
                    .replace("-u operator ", "-u operator:secret ")
                    .replace("UUID", registry.registration().record().uuid());
            Process bash = new ProcessBuilder("bash", "-c", command + " --fail --silent --show-error").redirectErrorStream(true)
                    .start();
            String said = new String(bash.getInputStream().readAllBytes());
            assertEquals(0, bash.waitFor(), block.where() + ": " + said);
        }
        registry.up(registry.registration().record().uuid());
    }
}
