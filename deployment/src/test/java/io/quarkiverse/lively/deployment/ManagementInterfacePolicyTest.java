package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.util.List;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;

/** Writes on the management interface, where the policies have other names, and somebody else has read the body already. */
@ExtendWith(RealEtcd.class)
class ManagementInterfacePolicyTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .setForcedDependencies(List.of(Dependency.of("io.quarkus",
                    "quarkus-elytron-security-properties-file-deployment", Version.getVersion())))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.management.enabled", "true")
            .overrideConfigKey("quarkus.management.test-port", "0")
            .overrideConfigKey("quarkus.management.auth.enabled", "true")
            .overrideConfigKey("quarkus.management.auth.basic", "true")
            .overrideConfigKey("quarkus.security.users.embedded.enabled", "true")
            .overrideConfigKey("quarkus.security.users.embedded.plain-text", "true")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.operator", "secret")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.operator", "operator")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.reader", "secret")
            .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.reader", "reader")
            .overrideConfigKey("quarkus.lively.management.enabled", "true")
            .overrideConfigKey("quarkus.lively.management.writes-enabled", "true")
            .overrideRuntimeConfigKey("quarkus.management.auth.policy.operators.roles-allowed", "operator")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-reads.paths", "/q/lively/*")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-reads.methods", "GET")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-reads.policy", "permit")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-writes.paths", "/q/lively/*")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-writes.methods", "POST")
            .overrideRuntimeConfigKey("quarkus.management.auth.permission.lively-writes.policy", "operators");

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
        write().auth().preemptive().basic("reader", "secret").post(service + "/down").then().statusCode(403);
        operator().body("{\"note\":\"" + "x".repeat(70_000) + "\"}").post(service + "/down").then().statusCode(400)
                .body("error", containsString("must not be longer"));
        assertTrue(registry.isUp(uuid));

        operator().body("{\"note\":\"disk\"}").post(service + "/maintenance").then().statusCode(200)
                .body("maintenance.note", equalTo("disk"));
        operator().post(service + "/up").then().statusCode(200);
    }

    private static RequestSpecification operator() {
        return write().auth().preemptive().basic("operator", "secret");
    }

    private static RequestSpecification write() {
        return RestAssured.given().header("Content-Type", "application/json");
    }
}
