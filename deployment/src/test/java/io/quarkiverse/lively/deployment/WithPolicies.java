package io.quarkiverse.lively.deployment;

import java.util.List;

import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;

/** An application whose management endpoint only operators may write to, by HTTP policies as the guide shows them. */
final class WithPolicies {

    private WithPolicies() {
    }

    /** @param server {@code quarkus.http} or {@code quarkus.management} */
    static QuarkusUnitTest of(String server) {
        return new QuarkusUnitTest()
                .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, WithPolicies.class))
                .setForcedDependencies(List.of(Dependency.of("io.quarkus",
                        "quarkus-elytron-security-properties-file-deployment", Version.getVersion())))
                .overrideConfigKey("quarkus.http.test-port", "0")
                .overrideConfigKey("quarkus.security.users.embedded.enabled", "true")
                .overrideConfigKey("quarkus.security.users.embedded.plain-text", "true")
                .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.operator", "secret")
                .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.operator", "operator")
                .overrideRuntimeConfigKey("quarkus.security.users.embedded.users.reader", "secret")
                .overrideRuntimeConfigKey("quarkus.security.users.embedded.roles.reader", "reader")
                .overrideConfigKey("quarkus.lively.management.enabled", "true")
                .overrideConfigKey("quarkus.lively.management.writes-enabled", "true")
                .overrideConfigKey(server + ".auth.basic", "true")
                .overrideRuntimeConfigKey(server + ".auth.policy.operators.roles-allowed", "operator")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-reads.paths", "/q/lively/*")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-reads.methods", "GET")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-reads.policy", "permit")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-writes.paths", "/q/lively/*")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-writes.methods", "POST")
                .overrideRuntimeConfigKey(server + ".auth.permission.lively-writes.policy", "operators");
    }

    static RequestSpecification write() {
        return RestAssured.given().header("Content-Type", "application/json");
    }

    static RequestSpecification writeBy(String user, String password) {
        return write().auth().preemptive().basic(user, password);
    }
}
