package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** In production there is no embedded etcd, whatever is configured: it is not even among the files of the application. */
class NoDevServicesInProductionIT {

    private static final Path APPLICATION = Path.of("target", "quarkus-app");

    @Test
    void theEmbeddedEtcdIsNotInTheApplication() throws IOException {
        try (Stream<Path> files = Files.walk(APPLICATION)) {
            List<String> classes = files.filter(file -> file.toString().endsWith(".jar"))
                    .flatMap(NoDevServicesInProductionIT::livelyClasses).toList();
            assertTrue(classes.contains("io/quarkiverse/lively/LivenessRegistry.class"), classes.size() + " classes");
            assertEquals(List.of(), classes.stream().filter(name -> name.contains("/deployment/")).toList());
        }
    }

    @Test
    void andCannotBeSwitchedOn() {
        EtcdServer absent = EtcdServer.absent();
        try (DemoProcess demo = DemoProcess.start(absent, "-Dquarkus.lively.devservices.enabled=true",
                "-Dquarkus.lively.devservices.provider=embedded", "-Dquarkus.lively.devservices.port=" + absent.port())) {
            Awaitility.await().until(() -> demo.reason().contains("127.0.0.1:" + absent.port() + " cannot be reached"));
            assertEquals("STARTING", demo.state());
            assertFalse(demo.log().contains("Dev Services"), demo.log());
        } finally {
            absent.close();
        }
    }

    private static Stream<String> livelyClasses(Path jar) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.stream().map(entry -> entry.getName()).filter(name -> name.startsWith("io/quarkiverse/lively/"))
                    .toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
