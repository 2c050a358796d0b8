package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** DOWN is published when the JVM of dev mode ends, as by Ctrl-C or SIGTERM. A reload before that changes nothing. */
@ExtendWith(RealEtcd.class)
class EndOfDevModeTest {

    private static final Duration START = Duration.ofSeconds(60);
    private static final String PORT = "quarkus.http.port";

    @TempDir
    Path directory;

    @Test
    void isDown() throws IOException, InterruptedException {
        File log = directory.resolve("log").toFile();
        Process jvm = new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(Redirect.to(log)).start();
        try {
            await().atMost(START).until(() -> !jvm.isAlive() || Files.readString(log.toPath()).contains("RELOADED"));
            assertTrue(jvm.isAlive(), () -> text(log));
            assertEquals(1, RealEtcd.keys().all("/services/by-status/UP/").size());

            jvm.destroy();
            assertTrue(jvm.waitFor(20, TimeUnit.SECONDS));
            assertEquals(List.of(), RealEtcd.keys().all("/services/by-status/UP/"), text(log));
            assertEquals(1, RealEtcd.keys().all("/services/by-status/DOWN/").size(), text(log));
            assertEquals(List.of(), RealEtcd.leases().all());
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static List<String> command() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-D" + PORT + "=" + freePort()));
        Stream.of("quarkus.lively.etcd.endpoints", "basedir", "maven.home", "maven.settings", "maven.repo.local")
                .filter(name -> System.getProperty(name) != null)
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DevMode.class.getName()));
        return command;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String text(File log) {
        try {
            return Files.readString(log.toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Reloads once, and runs until its JVM is ended, which is one of its own. */
    @EnabledIfSystemProperty(named = PORT, matches = "\\d+")
    static class DevMode {

        @RegisterExtension
        static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
                .withApplicationRoot(archive -> archive.addClass(StateResource.class));

        @Test
        void runs() throws InterruptedException {
            awaitState("before REGISTERED");
            APPLICATION.modifySourceFile(StateResource.class, source -> source.replace("before ", "after "));
            awaitState("after REGISTERED");
            System.out.println("RELOADED");
            Thread.sleep(Long.MAX_VALUE);
        }

        private static void awaitState(String expected) {
            await().atMost(START)
                    .untilAsserted(() -> RestAssured.given().port(Integer.getInteger(PORT)).get("/state").then()
                            .body(equalTo(expected)));
        }

        public static void main(String[] arguments) {
            LauncherFactory.create().execute(
                    LauncherDiscoveryRequestBuilder.request().selectors(selectClass(DevMode.class)).build());
        }
    }
}
