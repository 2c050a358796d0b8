package io.quarkiverse.lively.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.test.EtcdServer;

/** An application without HTTP is UP while it works, and DOWN once it has ended, with its own exit code. */
class CommandModeIT {

    private static final Path APPLICATION = Path.of("target", "quarkus-app");
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration SLACK = Duration.ofSeconds(2);
    private static final Pattern RETURNED = Pattern.compile("RETURNS AT (\\d+)");

    private static EtcdServer etcd;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        etcd.close();
    }

    @Test
    void hasNoHttp() throws IOException {
        try (Stream<Path> files = Files.walk(APPLICATION.resolve("lib"))) {
            assertEquals(List.of(), files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains("quarkus-vertx-http")).toList());
        }
    }

    @Test
    void isUpWhileItWorks() throws IOException, InterruptedException {
        String log = run(3, "work");

        assertTrue(log.contains("SEES lively-job UP Optional.empty"), log);
        assertEquals(1, keys("by-status/DOWN/").size(), log);
        assertNothingIsLeftAlive(log);
    }

    @Test
    void endsBeforeItIsRegistered() throws IOException, InterruptedException {
        assertNothingIsLeftAlive(run(4));
    }

    @Test
    void doesNotWaitForAnEtcdThatHangs() throws IOException, InterruptedException {
        etcd.freeze();
        try {
            run(4);
        } finally {
            etcd.thaw();
        }
    }

    /** @return what it printed */
    private String run(int exitCode, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dquarkus.lively.etcd.endpoints=" + etcd.url(), "-jar", APPLICATION.resolve("quarkus-run.jar").toString()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        Thread endWithTheJvm = new Thread(process::destroyForcibly, "end-job");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "It does not end");
            long ended = System.currentTimeMillis();
            String log = Files.readString(output);
            assertEquals(exitCode, process.exitValue(), log);
            Matcher returned = RETURNED.matcher(log);
            assertTrue(returned.find(), log);
            Duration ending = Duration.ofMillis(ended - Long.parseLong(returned.group(1)));
            System.out.printf("CommandModeIT: from the end of the work to the end of the process: %d ms%n", ending.toMillis());
            assertTrue(ending.compareTo(SHUTDOWN_TIMEOUT.plus(SLACK)) < 0, ending + ": " + log);
            return log;
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
        }
    }

    private static void assertNothingIsLeftAlive(String log) {
        assertEquals(List.of(), keys("by-status/UP/"), log);
        assertEquals(List.of(), keys("by-owner/"), log);
        assertEquals(List.of(), etcd.leases().all(), log);
    }

    private static List<String> keys(String prefix) {
        return etcd.keys().all("/services/" + prefix);
    }
}
