package io.quarkiverse.lively.deployment;

import java.util.List;

import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;

/** An application with the extension of Stork, which no other test has. */
final class WithStork {

    private WithStork() {
    }

    static QuarkusUnitTest application() {
        return new QuarkusUnitTest().withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, WithStork.class))
                .setForcedDependencies(List.of(Dependency.of("io.quarkus", "quarkus-smallrye-stork", Version.getVersion())))
                .overrideConfigKey("quarkus.http.test-port", "0");
    }
}
