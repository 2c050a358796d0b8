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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real etcd of one member, or one of several, on free ports of 127.0.0.1, with its data in a temporary directory. It can be
 * killed, started again on the same data and ports, and frozen. It ends with the JVM at the latest.
 * <p>
 * On a machine without etcd it is an embedded one, where that is on the class path and can do what the test wants. Else the
 * test is left out: see {@link Programs}. With {@code -Dlively.test.embedded-etcd} it is an embedded one on any machine.
 */
public final class EtcdServer implements AutoCloseable {

    private static final String EMBEDDED = "io.quarkiverse.lively.deployment.etcd.MemoryEtcdProcess";

    private final EtcdProgram program;
    private final List<String> options;
    private final String scheme;
    private final List<String> etcdctlOptions = new ArrayList<>();
    private final int clientPort;
    private final int peerPort;
    private final Path data;
    private final Path log;
    private final Thread endWithTheJvm = new Thread(this::end, "end-etcd");
    private Process process;
    private boolean hasData;

    private EtcdServer(EtcdProgram program, String scheme, List<String> options) throws IOException {
        this.program = program;
        this.scheme = scheme;
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
        EtcdServer etcd = absent(program, "http", options);
        etcd.start();
        return etcd;
    }

    /**
     * One that speaks by TLS only, with that certificate.
     *
     * @param options for the command line of etcd
     */
    public static EtcdServer startedWithTls(CertificateAuthority.Certified server, String... options) {
        EtcdServer etcd = absentWithTls(server, options);
        etcd.start();
        return etcd;
    }

    /** The same, but only with clients whose certificate that authority has signed. */
    public static EtcdServer startedWithMutualTls(CertificateAuthority.Certified server, CertificateAuthority clients,
            String... options) {
        CertificateAuthority.Certified etcdctl = clients.issue("etcdctl");
        EtcdServer etcd = absentWithTls(server, options);
        etcd.options.addAll(List.of("--client-cert-auth", "--trusted-ca-file", clients.certificate().toString()));
        etcd.useEtcdctl("--cert", etcdctl.certificate().toString(), "--key", etcdctl.key().toString());
        etcd.start();
        return etcd;
    }

    private static EtcdServer absentWithTls(CertificateAuthority.Certified server, String... options) {
        EtcdServer etcd = absent(EtcdProgram.onThePath(), "https", options);
        etcd.options.addAll(List.of("--cert-file", server.certificate().toString(), "--key-file", server.key().toString()));
        etcd.useEtcdctl("--insecure-skip-tls-verify", "--insecure-transport=false");
        return etcd;
    }

    /** As many as that, which make one etcd together. */
    public static List<EtcdServer> startedCluster(int size, String... options) {
        return startedCluster(EtcdProgram.onThePath(), size, options);
    }

    /** As many as that of that version, which make one etcd together. */
    public static List<EtcdServer> startedCluster(EtcdProgram program, int size, String... options) {
        List<EtcdServer> members = Stream.generate(() -> absent(program, "http", options)).limit(size).toList();
        String all = members.stream().map(member -> member.name() + "=" + member.peerUrl()).collect(Collectors.joining(","));
        members.forEach(member -> member.options.addAll(List.of("--name", member.name(), "--initial-cluster", all)));
        members.forEach(EtcdServer::launch);
        members.forEach(EtcdServer::awaitAnswer);
        return members;
    }

    /**
     * One more member of an etcd of several: a learner, which serves no clients. Takes 5 s after the start of the others,
     * unless
     * these have the option {@code --strict-reconfig-check=false}.
     */
    public static EtcdServer startedLearner(List<EtcdServer> members) {
        EtcdServer learner = absent(EtcdProgram.onThePath(), "http");
        Awaitility.await("a learner is accepted").atMost(20, TimeUnit.SECONDS).until(() -> members.get(0)
                .run("member", "add", learner.name(), "--learner", "--peer-urls", learner.peerUrl()).exit() == 0);
        learner.options.addAll(List.of("--name", learner.name(), "--initial-cluster",
                Stream.concat(members.stream(), Stream.of(learner)).map(member -> member.name() + "=" + member.peerUrl())
                        .collect(Collectors.joining(",")),
                "--initial-cluster-state", "existing"));
        learner.launch();
        Awaitility.await("the learner is one").atMost(20, TimeUnit.SECONDS)
                .until(() -> String.join("", learner.run("endpoint", "status").lines()).contains("true"));
        return learner;
    }

    /** One that is not started yet: nobody listens on its port. */
    public static EtcdServer absent(String... options) {
        return absent(EtcdProgram.onThePath(), "http", options);
    }

    private static EtcdServer absent(EtcdProgram program, String scheme, String... options) {
        try {
            return new EtcdServer(program, scheme, List.of(options));
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
                .pollInterval(Duration.ofMillis(50))
                .until(() -> isPlain() ? keys().answer() : run("endpoint", "health").exit() == 0);
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

    /**
     * Stops it from doing anything, while its connections stay open. Returns once none of its threads runs any more: before, it
     * may still answer.
     */
    public void freeze() {
        signal(process.pid(), "STOP");
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (Files.exists(threads)) {
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
                try (Stream<Path> all = Files.list(threads)) {
                    return all.allMatch(EtcdServer::isStopped);
                }
            });
        }
    }

    /** The state follows the name of the thread, which is in parentheses. */
    private static boolean isStopped(Path thread) {
        try {
            return Files.readString(thread.resolve("stat")).matches("(?s).*\\) T .*");
        } catch (IOException e) {
            return true;
        }
    }

    public void thaw() {
        signal(process.pid(), "CONT");
    }

    public long pid() {
        return process.pid();
    }

    public String url() {
        return urlOf("127.0.0.1");
    }

    /** By another name of this machine. */
    public String urlOf(String host) {
        return scheme + "://" + host + ":" + clientPort;
    }

    public int port() {
        return clientPort;
    }

    /** What goes onto the command line of each {@code etcdctl} from now on. */
    public void useEtcdctl(String... more) {
        etcdctlOptions.addAll(List.of(more));
    }

    /** Gives it users, of whom root with the password root can do anything. */
    public void enableAuthentication() {
        etcdctl("user", "add", "root:root");
        etcdctl("user", "grant-role", "root", "root");
        etcdctl("auth", "enable");
        useEtcdctl("--user", "root:root");
    }

    /** One without a password: whoever has a certificate with its name as the common name is that user. */
    public void addUser(String name, String... roles) {
        etcdctl("user", "add", name, "--no-password");
        for (String role : roles) {
            etcdctl("user", "grant-role", name, role);
        }
    }

    /** Also changes the password of one that there is. */
    public void setUser(String name, String password, String role) {
        if (etcdctl("user", "list").contains(name)) {
            etcdctl("user", "delete", name);
        }
        etcdctl("user", "add", name + ":" + password);
        etcdctl("user", "grant-role", name, role);
    }

    /** What {@code etcdctl} prints, line by line, without empty lines. */
    public List<String> etcdctl(String... arguments) {
        Output output = run(arguments);
        if (output.exit() != 0) {
            throw new IllegalStateException("etcdctl " + String.join(" ", arguments) + ": " + output.lines());
        }
        return output.lines();
    }

    /** Reads and writes what is in it, if it knows neither TLS nor users. */
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
        return isPlain() ? keys().all(prefix) : etcdctl("get", "--prefix", prefix, "--keys-only");
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
        end();
    }

    /** Sends a signal to a process. */
    public static void signal(long pid, String name) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).inheritIO().start();
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

    /** Else only etcdctl knows the way in. */
    private boolean isPlain() {
        return etcdctlOptions.isEmpty();
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
        return Stream.concat(Stream.of(program.command(), "--data-dir", data.toString(), "--listen-client-urls", url(),
                "--advertise-client-urls", url(), "--listen-peer-urls", peerUrl(), "--initial-advertise-peer-urls", peerUrl(),
                "--initial-cluster", "default=" + peerUrl(), "--logger", "zap"), options.stream()).toList();
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
        Programs.require("etcdctl");
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", url(), "--command-timeout", "3s"));
        command.addAll(etcdctlOptions);
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
        // An embedded one has none after it was wiped.
        if (!Files.exists(data)) {
            return;
        }
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
