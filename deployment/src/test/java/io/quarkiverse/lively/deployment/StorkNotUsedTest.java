package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusProdModeTest;

/**
 * Without the extension of Stork, a production application loads no class of ours for it, not even if it has the classes of
 * Stork, as every one with a REST client does.
 */
@ExtendWith(RealEtcd.class)
class StorkNotUsedTest {

    private static final Path LOADED = Path.of("target", "stork-not-used-loaded-classes.txt").toAbsolutePath();

    /** The build sees those of the tests, so they have to be there at run time, too. */
    private static final List<Dependency> EXTENSIONS = List.of(
            Dependency.of("io.quarkus", "quarkus-rest", Version.getVersion()),
            Dependency.of("io.quarkus", "quarkus-rest-client", Version.getVersion()),
            Dependency.of("io.quarkus", "quarkus-smallrye-health", Version.getVersion()));

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest().withEmptyApplication()
            .setForcedDependencies(EXTENSIONS)
            .setJVMArgs(List.of("-Xlog:class+load:file=" + LOADED))
            .setRuntimeProperties(Map.of("quarkus.http.port", "0", "quarkus.lively.registration.enabled", "false"))
            .setRun(true);

    @Test
    void noClassIsLoaded() throws IOException {
        List<String> loaded = Files.readAllLines(LOADED);
        assertTrue(loaded.stream().anyMatch(line -> line.contains("io.quarkiverse.lively.runtime.LivelyLifecycle ")));
        assertEquals(List.of(), loaded.stream().filter(line -> line.contains("io.quarkiverse.lively.runtime.stork.")
                || line.contains("LivelyMetadataKey")).toList());
    }
}
