package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A JDK of this machine.
 *
 * @param version the first number of it, 17 for example
 */
public record Jdk(Path home, int version) {

    private static final Path ALL = Path.of("/usr/lib/jvm");

    /** The newest one: that of this JVM, or another one where Debian has them. */
    public static Jdk newest() {
        Jdk own = new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());
        if (!Files.isDirectory(ALL)) {
            return own;
        }
        try (Stream<Path> homes = Files.list(ALL)) {
            return Stream.concat(Stream.of(own), homes.flatMap(home -> at(home).stream()))
                    .max(Comparator.comparingInt(Jdk::version)).orElse(own);
        } catch (IOException e) {
            return own;
        }
    }

    /** That command of it, {@code java} for example. */
    public String command(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private static Optional<Jdk> at(Path home) {
        if (!Files.isExecutable(home.resolve("bin").resolve("javac"))) {
            return Optional.empty();
        }
        try (InputStream release = Files.newInputStream(home.resolve("release"))) {
            Properties properties = new Properties();
            properties.load(release);
            return Optional.ofNullable(properties.getProperty("JAVA_VERSION")).map(version -> version.replace("\"", ""))
                    .map(version -> new Jdk(home, Runtime.Version.parse(version).feature()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
