package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkus.runtime.LaunchMode;

/** A container comes first, then the program on the path, each only if it is there. */
class DevServicesCandidatesTest {

    @TempDir
    Path installed;
    @TempDir
    Path empty;
    private Path program;

    @BeforeEach
    void install() throws IOException {
        program = Files.createFile(installed.resolve("etcd"));
        program.toFile().setExecutable(true);
    }

    @Test
    void containerBeforeProgram() {
        assertEquals(List.of("etcd in a container of some/etcd:1", "etcd " + program), candidates(true, empty, installed));
    }

    @Test
    void programWithoutDocker() {
        assertEquals(List.of("etcd " + program), candidates(false, empty, installed));
    }

    @Test
    void containerWithoutProgram() {
        assertEquals(List.of("etcd in a container of some/etcd:1"), candidates(true, empty));
    }

    @Test
    void nothing() {
        assertEquals(List.of(), candidates(false, empty));
    }

    @Test
    void whatMayNotBeExecutedIsNoProgram() {
        program.toFile().setExecutable(false);

        assertEquals(List.of(), candidates(false, installed));
    }

    private static List<String> candidates(boolean docker, Path... path) {
        return LivelyDevServicesProcessor.candidates("some/etcd:1", LaunchMode.TEST, Duration.ofSeconds(1), docker,
                new SearchPath(List.of(path))).stream().map(LocalEtcd::description).toList();
    }
}
