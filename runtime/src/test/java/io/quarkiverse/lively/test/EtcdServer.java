package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real etcd of one member, or one of several, on free ports of 127.0.0.1, with its data in a temporary directory. It can be
 * killed, started again on the same data and ports, and frozen. It ends with the JVM at the latest.
 * <p>
 * On a machine without etcd it is an embedded one, where that is on the class path and can do what the test wants. Else the
 * test
 * is left out: see {@link Programs}. {@code -Dlively.test.embedded-etcd} makes it an embedded one on any machine.
 */
public final class EtcdServer implements AutoCloseable {

    private static final String EMBEDDED = "io.quarkiverse.lively.deployment.etcd.MemoryEtcd";

    private final List<String> options;
    private final int clientPort;
    private final int peerPort;
    private final Path data;
    private final Path log;
    private final Thread endWithTheJvm = new Thread(this::end, "end-etcd");
    private Process process;
    private boolean hasData;

    private EtcdServer(List<String> options) throws IOException {
        this.options = new ArrayList<>(options);
        try (ServerSocket client = freePort(); ServerSocket peer = freePort()) {
            clientPort = client.getLocalPort();
            peerPort = peer.getLocalPort();
        }
        data = Files.createTempDirectory("lively-etcd");
        log = data.resolveSibling(data.getFileName() + ".log");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    /**
     * One that answers.
     *
     * @param options for the command line of etcd
     */
    public static EtcdServer started(String... options) {
        EtcdServer etcd = absent(options);
        etcd.start();
        return etcd;
    }

    /** As many as that, which make one etcd together. */
    public static List<EtcdServer> startedCluster(int size) {
        List<EtcdServer> members = Stream.generate(EtcdServer::absent).limit(size).toList();
        String all = members.stream().map(member -> member.name() + "=" + member.peerUrl()).collect(Collectors.joining(","));
        members.forEach(member -> member.options.addAll(List.of("--name", member.name(), "--initial-cluster", all)));
        members.forEach(EtcdServer::launch);
        members.forEach(EtcdServer::awaitAnswer);
        return members;
    }

    /** One that is not started yet: nobody listens on its port. */
    public static EtcdServer absent(String... options) {
        try {
            return new EtcdServer(List.of(options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, on the data that are there, and waits until it answers. */
    public void start() {
        launch();
        awaitAnswer();
    }

    /** Starts it, and does not wait until it answers. */
    public void launch() {
        List<String> command = isEmbedded() ? embedded() : real();
        hasData = true;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitAnswer() {
        Awaitility.await("etcd answers").atMost(20, TimeUnit.SECONDS).pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50)).until(keys()::answer);
    }

    /** As a crash would. */
    public void kill() {
        process.destroyForcibly();
        waitForEnd();
    }

    /** Kills it, and deletes its data. */
    public void wipe() {
        kill();
        deleteData();
    }

    /** Stops it from doing anything, while its connections stay open. */
    public void freeze() {
        signal(process.pid(), "STOP");
    }

    public void thaw() {
        signal(process.pid(), "CONT");
    }

    public long pid() {
        return process.pid();
    }

    public String url() {
        return "http://127.0.0.1:" + clientPort;
    }

    public int port() {
        return clientPort;
    }

    /** What {@code etcdctl} prints, line by line, without empty lines. */
    public List<String> etcdctl(String... arguments) {
        Output output = run(arguments);
        if (output.exit() != 0) {
            throw new IllegalStateException("etcdctl " + String.join(" ", arguments) + ": " + output.lines());
        }
        return output.lines();
    }

    /** Reads and writes what is in it. */
    public EtcdKeys keys() {
        return new EtcdKeys(clientPort);
    }

    /** Forgets what was before the present revision. */
    public void compact() {
        keys().compact(keys().revision());
    }

    /** Reads and revokes its leases. */
    public EtcdLeases leases() {
        return new EtcdLeases(clientPort);
    }

    /** All keys that begin like that. */
    public List<String> keys(String prefix) {
        return keys().all(prefix);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
        end();
    }

    /** Sends a signal to a process. */
    public static void signal(long pid, String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("No process " + pid + " to send " + name + " to");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean isEmbedded() {
        boolean wanted = System.getProperty("lively.test.embedded-etcd") != null;
        return wanted || !Programs.has("etcd") && !Programs.nothingIsLeftOut() && options.isEmpty() && !hasData
                && EtcdServer.class.getResource("/" + EMBEDDED.replace('.', '/') + ".class") != null;
    }

    private List<String> embedded() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), EMBEDDED, Integer.toString(clientPort));
    }

    private List<String> real() {
        Programs.require("etcd");
        return Stream.concat(Stream.of("etcd", "--data-dir", data.toString(), "--listen-client-urls", url(),
                "--advertise-client-urls", url(), "--listen-peer-urls", peerUrl(), "--initial-advertise-peer-urls", peerUrl(),
                "--initial-cluster", "default=" + peerUrl(), "--logger", "zap"), options.stream()).toList();
    }

    private record Output(int exit, List<String> lines) {
    }

    private Output run(String... arguments) {
        Programs.require("etcdctl");
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", url(), "--command-timeout", "3s"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        try {
            Process etcdctl = builder.start();
            List<String> lines = new String(etcdctl.getInputStream().readAllBytes()).lines().filter(line -> !line.isEmpty())
                    .toList();
            return new Output(etcdctl.waitFor(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void end() {
        if (process != null) {
            process.destroyForcibly();
            waitForEnd();
        }
        deleteData();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteData() {
        hasData = false;
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void waitForEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String name() {
        return "member-" + clientPort;
    }

    private String peerUrl() {
        return "http://127.0.0.1:" + peerPort;
    }

    private static ServerSocket freePort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
