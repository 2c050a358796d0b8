package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.test.ProdBuildResults;
import io.quarkus.test.ProdModeTestResults;
import io.quarkus.test.QuarkusProdModeTest;

/** In production there is no embedded etcd, whatever is configured: it is not even among the files of the application. */
class DevServicesInProductionTest {

    private static final String EMBEDDED = MemoryEtcd.class.getName().replace('.', '/') + ".class";
    private static final String ABSENT = "http://127.0.0.1:1";

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.lively.devservices.enabled", "true")
            .overrideConfigKey("quarkus.lively.devservices.provider", "embedded")
            .overrideConfigKey("quarkus.lively.devservices.shared", "true")
            .setRuntimeProperties(Map.of("quarkus.lively.devservices.provider", "embedded", "quarkus.http.port", "0",
                    "quarkus.lively.etcd.endpoints", ABSENT))
            .setRun(true);

    @ProdBuildResults
    ProdModeTestResults results;

    @Test
    void itIsNotThere() throws IOException {
        try (Stream<Path> files = Files.walk(results.getBuildDir())) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
            assertTrue(jars.stream().anyMatch(jar -> jar.toString().contains("quarkus-lively")), "with the runtime: " + jars);
            assertEquals(List.of(), jars.stream().filter(DevServicesInProductionTest::hasIt).toList());
        }
        Awaitility.await().until(() -> APPLICATION.getStartupConsoleOutput().contains("Listening on"));
        assertFalse(APPLICATION.getStartupConsoleOutput().contains("Dev Services"), APPLICATION.getStartupConsoleOutput());
    }

    private static boolean hasIt(Path jar) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.getEntry(EMBEDDED) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
