package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Jdk;
import io.quarkiverse.lively.test.NeedsJdk;

/** An application that runs to train a class-data archive or an AOT cache writes nothing to the etcd of its configuration. */
@Execution(ExecutionMode.CONCURRENT)
class TrainingRunIT {

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    @TempDir
    Path directory;
    @AutoClose
    private final EtcdServer etcd = EtcdServer.started();
    private final Jdk own = new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());

    /** As the build of Quarkus runs it. */
    @Test
    void thatTheBuildStarts() throws InterruptedException {
        writesNothing(own, "-Dquarkus.appcds.generate", "-Dquarkus.appcds.generate=true");
    }

    /** As {@code @QuarkusIntegrationTest} runs it with {@code quarkus.package.jar.aot.enabled}. */
    @Test
    @NeedsJdk(24)
    void thatRecordsAnAotCache() throws InterruptedException {
        Path recording = directory.resolve("app.aotconf");
        writesNothing(Jdk.newest(), "-XX:AOTMode=record", "-XX:AOTMode=record", "-XX:AOTConfiguration=" + recording);
        assertTrue(Files.exists(recording), "it was a training run");
    }

    private void writesNothing(Jdk jdk, String reported, String... options) throws InterruptedException {
        long before = etcd.keys().revision();
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Dquarkus.lively.registration.fail-fast=true");
        try (DemoProcess demo = DemoProcess.start(jdk, etcd, all.toArray(String[]::new))) {
            assertEquals(List.of(), demo.get("/view/services").jsonPath().getList("$"), "it can read");
            assertEquals("DISABLED", demo.state());
            assertEquals("this is a training run (" + reported + "), and quarkus.lively.registration.in-training is false",
                    demo.reason());
            assertEquals(200, demo.get("/q/health/ready").statusCode());
            assertTrue(demo.log().contains("Nothing is registered, since this is a training run"), demo.log());
            assertEquals(List.of(), etcd.leases().all());
            demo.terminate();
            assertTrue(demo.hasEndedWithin(ENDS_WITHIN), "it goes on");
        }
        assertEquals(before, etcd.keys().revision(), "nothing was written, not even for a moment");
        assertEquals(List.of(), etcd.leases().all());
    }
}
