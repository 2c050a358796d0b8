package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusProdModeTest;

/** Production without an endpoint of etcd, and with a delay that was not enabled when it was built. */
class StartNoticesInProductionTest {

    /** The build sees those of the tests, so they have to be there at run time, too. */
    private static final List<Dependency> EXTENSIONS = List.of(
            Dependency.of("io.quarkus", "quarkus-rest", Version.getVersion()),
            Dependency.of("io.quarkus", "quarkus-smallrye-health", Version.getVersion()));

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest().withEmptyApplication()
            .setForcedDependencies(EXTENSIONS)
            .setRuntimeProperties(Map.of("quarkus.http.port", "0", "quarkus.lively.registration.enabled", "false",
                    "quarkus.shutdown.delay", "1S"))
            .setRun(true);

    @Test
    void theLogSaysSo() {
        String log = APPLICATION.getStartupConsoleOutput();
        assertTrue(log.contains("No endpoint of etcd is configured, so the default is used: http://localhost:2379"), log);
        assertTrue(log.contains("quarkus.shutdown.delay is 1S, but Quarkus ignores it"), log);
    }
}
