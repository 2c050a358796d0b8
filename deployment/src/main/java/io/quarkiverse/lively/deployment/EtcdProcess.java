package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An etcd of one member in a process of its own, on ports of 127.0.0.1, with its data and its log in a temporary
 * directory. It ends, and its directory is deleted, when it is closed or when the JVM exits, unless the JVM is killed.
 * <p>
 * An application that ends with the JVM still finds it: Ctrl-C does not reach it, and while the JVM exits it waits to be
 * closed, for {@link #LAST_CALL}.
 */
final class EtcdProcess implements LocalEtcd {

    /** Somebody else may take a free port before etcd does. */
    private static final int ATTEMPTS = 3;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int PROBE_MILLIS = 1000;
    /** An application takes less than that to publish DOWN. */
    private static final Duration LAST_CALL = Duration.ofSeconds(5);

    private final Path program;
    private final Optional<Path> setsid;
    private final int port;
    private final Duration patience;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread endWithTheJvm = new Thread(this::endAfterTheApplication, "end-etcd");
    private TemporaryDirectory directory;
    private LoopbackPorts ports;
    private Process process;
    private boolean ended;

    /**
     * @param setsid the program that starts another one in a session of its own; without it, Ctrl-C ends etcd at once
     * @param port of the clients; 0 for a free one
     * @param patience how long it may take until it answers
     */
    EtcdProcess(Path program, Optional<Path> setsid, int port, Duration patience) {
        this.program = program;
        this.setsid = setsid;
        this.port = port;
        this.patience = patience;
    }

    @Override
    public String description() {
        return "etcd " + program;
    }

    @Override
    public void start() {
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
        try {
            int attempt = 1;
            launch();
            while (!answersInTime()) {
                String why = lastWords();
                if (++attempt > ATTEMPTS || process.isAlive()) {
                    throw new IllegalStateException(why);
                }
                launch();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public String getConnectionInfo() {
        return ports.clientUrl();
    }

    /** None: it is not in a container. */
    @Override
    public String getContainerId() {
        return null;
    }

    @Override
    public void close() {
        end();
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
        } catch (IllegalStateException e) {
            // The JVM exits; the hook finds nothing to do.
        }
    }

    long pid() {
        return process.pid();
    }

    Path directory() {
        return directory.path();
    }

    private synchronized void launch() {
        if (ended) {
            throw new IllegalStateException("It was closed before it had started");
        }
        if (directory == null) {
            directory = TemporaryDirectory.create("quarkus-lively-etcd");
        }
        ports = LoopbackPorts.of(port);
        ProcessBuilder builder = new ProcessBuilder(command())
                .redirectErrorStream(true).redirectOutput(log().toFile());
        // What the user has set for an etcd of his own is not meant for this one.
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_") && !name.equals("ETCD_UNSUPPORTED_ARCH"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        Stream<String> etcd = Stream.of(program.toString(),
                "--name", memberName(), "--data-dir", directory.path().resolve("data").toString(),
                "--listen-client-urls", ports.clientUrl(), "--advertise-client-urls", ports.clientUrl(),
                "--listen-peer-urls", ports.peerUrl(), "--initial-advertise-peer-urls", ports.peerUrl(),
                "--initial-cluster", memberName() + "=" + ports.peerUrl());
        return Stream.concat(setsid.map(Path::toString).stream(), etcd).toList();
    }

    /** Whether it answers, as opposed to: it has ended, or all patience has. */
    private boolean answersInTime() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            if (isHealthy() && isThisMember()) {
                return true;
            }
            pause();
        }
        return false;
    }

    private boolean isHealthy() {
        try {
            return connect("/health").getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** Another process may have taken the port just now, and its etcd answers while this one has not failed yet. */
    private boolean isThisMember() {
        try {
            HttpURLConnection members = connect("/v3/cluster/member/list");
            members.setRequestMethod("POST");
            members.setDoOutput(true);
            members.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            try (InputStream answer = members.getInputStream()) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8).contains("\"" + memberName() + "\"");
            }
        } catch (IOException e) {
            return false;
        }
    }

    private HttpURLConnection connect(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(ports.clientUrl() + path).toURL()
                .openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(PROBE_MILLIS);
        connection.setReadTimeout(PROBE_MILLIS);
        return connection;
    }

    /** No other etcd has it. */
    private String memberName() {
        return directory.path().getFileName().toString();
    }

    private String lastWords() {
        String outcome = process.isAlive() ? "it does not answer within " + patience.toSeconds() + " s"
                : "it ended with " + process.exitValue();
        try {
            List<String> lines = Files.readAllLines(log());
            return lines.isEmpty() ? outcome : outcome + ", its last words: " + lines.get(lines.size() - 1);
        } catch (IOException e) {
            return outcome;
        }
    }

    private Path log() {
        return directory.path().resolve("etcd.log");
    }

    /** The JVM runs all its hooks at once: without a wait, etcd would be gone before the application says that it is DOWN. */
    private void endAfterTheApplication() {
        try {
            closed.await(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    /** Kills it: its data are thrown away, so there is nothing to save. */
    private synchronized void end() {
        ended = true;
        if (process != null) {
            process.destroyForcibly();
            waitForEnd();
        }
        if (directory != null) {
            directory.close();
        }
    }

    private void waitForEnd() {
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                // The directory can be deleted only after the end, and a kill does not take long.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while etcd starts", e);
        }
    }
}
