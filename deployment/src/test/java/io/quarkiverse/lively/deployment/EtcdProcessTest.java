package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/** An etcd process answers once it is started, and nothing of it is left once it is closed. */
class EtcdProcessTest {

    private static final SearchPath PATH = SearchPath.ofEnvironment();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RepeatedTest(5)
    @NeedsProgram("etcd")
    void leavesNothingBehind() throws IOException {
        EtcdProcess etcd = new EtcdProcess(PATH.find("etcd").orElseThrow(), PATH.find("setsid"), 0, PATIENCE);

        etcd.start();

        URI url = URI.create(etcd.getConnectionInfo());
        ProcessHandle process = ProcessHandle.of(etcd.pid()).orElseThrow();
        assertEquals("127.0.0.1", url.getHost());
        assertTrue(new String(url.resolve("/version").toURL().openStream().readAllBytes()).contains("etcdserver"));
        assertTrue(Files.isDirectory(etcd.directory().resolve("data")));

        etcd.close();

        assertThrows(IOException.class, () -> new Socket(url.getHost(), url.getPort()).close());
        assertFalse(process.isAlive());
        assertFalse(Files.exists(etcd.directory()));
        etcd.close();
    }

    @Test
    @NeedsProgram({ "etcd", "ps", "setsid" })
    void doesNotHearTheCtrlCOfTheTerminal() throws IOException {
        EtcdProcess etcd = new EtcdProcess(PATH.find("etcd").orElseThrow(), PATH.find("setsid"), 0, PATIENCE);

        etcd.start();

        try {
            Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-p", Long.toString(etcd.pid())).start();
            assertEquals(Long.toString(etcd.pid()), new String(ps.getInputStream().readAllBytes()).strip(),
                    "the leader of its process group");
        } finally {
            etcd.close();
        }
    }

    @Test
    void aFailureNamesItsReasonAndLeavesNothingBehind(@TempDir Path directory) throws IOException {
        Path broken = program(directory, "echo >&2 no space left; exit 7");
        EtcdProcess etcd = new EtcdProcess(broken, Optional.empty(), 0, PATIENCE);

        String message = assertThrows(IllegalStateException.class, etcd::start).getMessage();

        assertEquals("it ended with 7, its last words: no space left", message);
        assertFalse(Files.exists(etcd.directory()));
    }

    @Test
    void aProgramThatIsNotThereIsNamed(@TempDir Path directory) {
        EtcdProcess etcd = new EtcdProcess(directory.resolve("etcd"), Optional.empty(), 0, PATIENCE);

        String message = assertThrows(UncheckedIOException.class, etcd::start).getMessage();

        assertTrue(message.contains("Cannot run program \"" + directory.resolve("etcd")), message);
    }

    /** Else the application would take somebody else's for the one that was started for it. */
    @Test
    void aPortThatIsTakenIsRefusedThoughAnEtcdAnswersThere(@TempDir Path directory) throws IOException {
        Path silent = program(directory, "exec sleep 60");
        try (MemoryEtcd other = MemoryEtcd.started(0)) {
            EtcdProcess etcd = new EtcdProcess(silent, Optional.empty(), other.port(), PATIENCE);

            String message = assertThrows(UncheckedIOException.class, etcd::start).getMessage();

            assertEquals("Port " + other.port() + " of 127.0.0.1 is taken", message);
            assertFalse(Files.exists(etcd.directory()));
        }
    }

    /** Of two applications that start at once, one binds the port. */
    @Test
    @NeedsProgram("etcd")
    void theAnswerOfAnotherEtcdThatTookThePortMeanwhileDoesNotCount(@TempDir Path directory) throws IOException {
        Path started = directory.resolve("started");
        Path slow = program(directory, "touch " + started + "; exec sleep 60");
        try (EtcdServer other = EtcdServer.absent()) {
            EtcdProcess etcd = new EtcdProcess(slow, Optional.empty(), other.port(), Duration.ofSeconds(4));
            CompletableFuture<Void> starting = CompletableFuture.runAsync(etcd::start);
            Awaitility.await().until(() -> Files.exists(started));
            other.start();

            Throwable failure = assertThrows(CompletionException.class, starting::join).getCause();

            assertEquals("it does not answer within 4 s", failure.getMessage());
        }
    }

    @Test
    void isEndedIfItDoesNotAnswerInTime(@TempDir Path directory) throws IOException {
        Path silent = program(directory, "exec sleep 60");
        EtcdProcess etcd = new EtcdProcess(silent, PATH.find("setsid"), 0, Duration.ofSeconds(1));

        String message = assertThrows(IllegalStateException.class, etcd::start).getMessage();

        assertEquals("it does not answer within 1 s", message);
        assertTrue(ProcessHandle.of(etcd.pid()).isEmpty());
        assertFalse(Files.exists(etcd.directory()));
    }

    private static Path program(Path directory, String script) throws IOException {
        Path program = Files.writeString(directory.resolve("etcd"), "#!/bin/sh\n" + script + "\n");
        assertTrue(program.toFile().setExecutable(true));
        return program;
    }
}
