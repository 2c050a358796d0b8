package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.test.DocPage;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;

/** Who may write is said by HTTP policies, as the guide shows it. */
@ExtendWith(RealEtcd.class)
class ManagementPolicyTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .setForcedDependencies(List.of(Dependency.of("io.quarkus",
                    "quarkus-elytron-security-properties-file-deployment", Version.getVersion())))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.http.auth.basic", "true")
            .overrideConfigKey("quarkus.security.users.embedded.enabled", "true")
            .overrideConfigKey("quarkus.security.users.embedded.plain-text", "true")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.operator", "secret")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.operator", "operator")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.reader", "secret")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.reader", "reader")
            .overrideConfigKey("quarkus.lively.management.enabled", "true")
            .overrideConfigKey("quarkus.lively.management.writes-enabled", "true")
            .overrideRuntimeConfigKey("quarkus.http.auth.policy.operators.roles-allowed", "operator")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-reads.paths", "/q/lively/*")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-reads.methods", "GET")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-reads.policy", "permit")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-writes.paths", "/q/lively/*")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-writes.methods", "POST")
            .overrideRuntimeConfigKey("quarkus.http.auth.permission.lively-writes.policy", "operators");

    @Inject
    LivenessRegistry registry;

    @Test
    void onlyOperatorsMayWrite() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        String uuid = registry.registration().record().uuid();
        RestAssured.get("/q/lively/services/{uuid}", uuid).then().statusCode(200);

        write().post("/q/lively/services/{uuid}/down", uuid).then().statusCode(401);
        write().auth().preemptive().basic("operator", "wrong").post("/q/lively/services/{uuid}/down", uuid).then()
                .statusCode(401);
        write().auth().preemptive().basic("reader", "secret").post("/q/lively/services/{uuid}/down", uuid).then()
                .statusCode(403);
        assertTrue(registry.isUp(uuid));

        write().auth().preemptive().basic("operator", "secret").body("{\"note\":\"disk\"}")
                .post("/q/lively/services/{uuid}/maintenance", uuid).then().statusCode(200)
                .body("maintenance.note", equalTo("disk"));
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

    private static RequestSpecification write() {
        return RestAssured.given().header("Content-Type", "application/json");
    }
}
