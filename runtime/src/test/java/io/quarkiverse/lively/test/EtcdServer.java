package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real etcd of one member, or one of several, on free ports of 127.0.0.1, with its data in a temporary directory. It can be
 * killed, started again on the same data and ports, and frozen. It ends with the JVM at the latest. On a machine without etcd a
 * test that starts one is left out: see {@link Programs}.
 */
public final class EtcdServer implements AutoCloseable {

    private final EtcdProgram program;
    private final List<String> options;
    private final int clientPort;
    private final int peerPort;
    private final Path data;
    private final Path log;
    private final Thread endWithTheJvm = new Thread(this::end, "end-etcd");
    private Process process;

    private EtcdServer(EtcdProgram program, List<String> options) throws IOException {
        this.program = program;
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
        return started(EtcdProgram.onThePath(), options);
    }

    /** One that answers, of that version. */
    public static EtcdServer started(EtcdProgram program, String... options) {
        EtcdServer etcd = absent(program, options);
        etcd.start();
        return etcd;
    }

    /** As many as that, which make one etcd together. */
    public static List<EtcdServer> startedCluster(int size) {
        return startedCluster(EtcdProgram.onThePath(), size);
    }

    /** As many as that of that version, which make one etcd together. */
    public static List<EtcdServer> startedCluster(EtcdProgram program, int size) {
        List<EtcdServer> members = Stream.generate(() -> absent(program)).limit(size).toList();
        String all = members.stream().map(member -> member.name() + "=" + member.peerUrl()).collect(Collectors.joining(","));
        members.forEach(member -> member.options.addAll(List.of("--name", member.name(), "--initial-cluster", all)));
        members.forEach(EtcdServer::launch);
        members.forEach(EtcdServer::awaitAnswer);
        return members;
    }

    /** One that is not started yet: nobody listens on its port. */
    public static EtcdServer absent(String... options) {
        return absent(EtcdProgram.onThePath(), options);
    }

    private static EtcdServer absent(EtcdProgram program, String... options) {
        try {
            return new EtcdServer(program, List.of(options));
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
        Programs.require("etcd", "etcdctl");
        try {
            List<String> command = new ArrayList<>(
                    List.of(program.command(), "--data-dir", data.toString(), "--listen-client-urls", url(),
                            "--advertise-client-urls", url(), "--listen-peer-urls", peerUrl(), "--initial-advertise-peer-urls",
                            peerUrl(), "--initial-cluster", "default=" + peerUrl(), "--logger", "zap"));
            command.addAll(options);
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitAnswer() {
        Awaitility.await("etcd answers").atMost(20, TimeUnit.SECONDS).until(() -> run("endpoint", "health").exit() == 0);
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

    /** Forgets what was before the present revision. */
    public void compact() {
        etcdctl("compaction", Long.toUnsignedString(status("revision")));
    }

    /** Whether it leads those that it makes one etcd with. */
    public boolean isLeader() {
        return status("leader") == status("member_id");
    }

    /** Grows by one, or more, each time that a leader is elected. */
    public long term() {
        return status("raft_term");
    }

    /** All keys that begin like that. */
    public List<String> keys(String prefix) {
        return etcdctl("get", "--prefix", prefix, "--keys-only");
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

    private long status(String field) {
        String status = String.join("", etcdctl("endpoint", "status", "--write-out", "json"));
        Matcher number = Pattern.compile("\"" + field + "\":(\\d+)").matcher(status);
        if (!number.find()) {
            throw new IllegalStateException("No " + field + " in " + status);
        }
        return Long.parseUnsignedLong(number.group(1));
    }

    private record Output(int exit, List<String> lines) {
    }

    private Output run(String... arguments) {
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
