package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.NeedsProgram;

/** A JVM that exits without a word to its etcd process leaves nothing of it behind. */
@NeedsProgram("etcd")
class EtcdProcessOfAnExitingJvmTest {

    @Test
    void leavesNothingBehind() throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Exiting.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> started = new String(jvm.getInputStream().readAllBytes()).lines().toList();

        assertEquals(0, jvm.waitFor());
        assertEquals(List.of("true", "true"), started.subList(2, 4));
        assertTrue(ProcessHandle.of(Long.parseLong(started.get(0))).isEmpty());
        assertFalse(Files.exists(Path.of(started.get(1))));
    }

    static final class Exiting {

        public static void main(String[] arguments) {
            EtcdProcess etcd = new EtcdProcess(SearchPath.ofEnvironment().find("etcd").orElseThrow(), Optional.empty(), 0,
                    Duration.ofSeconds(20));
            etcd.start();
            System.out.println(etcd.pid());
            System.out.println(etcd.directory());
            System.out.println(ProcessHandle.of(etcd.pid()).isPresent());
            System.out.println(Files.exists(etcd.directory()));
            System.exit(0);
        }
    }
}
