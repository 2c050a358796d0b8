package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What is for dev mode only does not get into an application that is built for production. */
class ProductionJarIT {

    private static final Path LIBRARIES = Path.of("target", "quarkus-app", "lib", "main");

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
}
