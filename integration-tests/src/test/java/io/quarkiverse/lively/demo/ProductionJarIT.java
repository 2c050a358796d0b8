package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What is for dev mode only does not get into an application that is built for production. */
class ProductionJarIT {

    private static final Path APPLICATION = Path.of("target", "quarkus-app");
    private static final Path LIBRARIES = APPLICATION.resolve(Path.of("lib", "main"));

    @Test
    void hasNothingOfTheDevUI() throws IOException {
        List<Path> libraries;
        try (Stream<Path> files = Files.list(LIBRARIES)) {
            libraries = files.filter(file -> file.getFileName().toString().startsWith("io.quarkiverse.lively.")).toList();
        }
        assertEquals(1, libraries.size(), "the runtime, and not the deployment: " + libraries);
        try (JarFile runtime = new JarFile(libraries.get(0).toFile())) {
            List<String> classes = runtime.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class"))
                    .toList();
            assertTrue(classes.contains("io/quarkiverse/lively/LivenessView.class"), "these are its classes");
            assertEquals(List.of(), classes.stream().filter(name -> name.contains("/devui/")).toList());
        }
    }

    /** Not even under the name of another library. */
    @Test
    void hasNoEmbeddedEtcd() throws IOException {
        try (Stream<Path> files = Files.walk(APPLICATION)) {
            List<String> classes = files.filter(file -> file.toString().endsWith(".jar"))
                    .flatMap(ProductionJarIT::livelyClasses).toList();
            assertTrue(classes.contains("io/quarkiverse/lively/LivenessRegistry.class"), classes.size() + " classes");
            assertEquals(List.of(), classes.stream().filter(name -> name.contains("/deployment/")).toList());
        }
    }

    private static Stream<String> livelyClasses(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            return jar.stream().map(entry -> entry.getName()).filter(name -> name.startsWith("io/quarkiverse/lively/"))
                    .toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
