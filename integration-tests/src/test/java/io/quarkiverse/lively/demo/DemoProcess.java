package io.quarkiverse.lively.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Jdk;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;

/** The packaged demo application, as a process of its own. It ends with the JVM at the latest. */
public final class DemoProcess implements AutoCloseable {

    static final Duration TTL = Duration.ofSeconds(5);

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

    private final int port;
    private final Path log;
    private final Process process;
    private final Thread endWithTheJvm;

    private DemoProcess(int port, Path log, Process process) {
        this.port = port;
        this.log = log;
        this.process = process;
        this.endWithTheJvm = new Thread(process::destroyForcibly, "end-demo");
        Runtime.getRuntime().addShutdownHook(endWithTheJvm);
    }

    /** Starts it against that etcd, on a free port, and waits until that listens. */
    public static DemoProcess start(EtcdServer etcd, String... systemProperties) {
        return start(etcd, freePort(), systemProperties);
    }

    static DemoProcess start(EtcdServer etcd, int port, String... systemProperties) {
        return launch(etcd, port, systemProperties).awaitListening();
    }

    /** Starts it with that JDK against that etcd, on a free port, and waits until that listens. */
    static DemoProcess start(Jdk jdk, EtcdServer etcd, String... options) {
        int port = freePort();
        return launch(port, environmentFor(etcd), command(jdk.command("java"), port, options)).awaitListening();
    }

    /** Starts it with those environment variables and on a free port, and waits until that listens. */
    static DemoProcess start(Map<String, String> environment) {
        return launch(environment, freePort()).awaitListening();
    }

    /** Starts it with these variables of the environment beside those that it has, and waits until it listens. */
    public static DemoProcess start(EtcdServer etcd, Map<String, String> environment, String... systemProperties) {
        Map<String, String> all = new HashMap<>(environmentFor(etcd));
        all.putAll(environment);
        return launch(all, freePort(), systemProperties).awaitListening();
    }

    private DemoProcess awaitListening() {
        return await("listens", Duration.ofSeconds(30), this::listens);
    }

    /** If that does not come true, it is closed: who waits for it may not have it in his hands yet. */
    private DemoProcess await(String what, Duration limit, Callable<Boolean> condition) {
        try {
            Awaitility.await(what).atMost(limit).pollInterval(Duration.ofMillis(20))
                    .until(() -> !process.isAlive() || condition.call());
            if (process.isAlive()) {
                return this;
            }
        } catch (Exception e) {
            throw closed(what, e);
        }
        throw closed(what, null);
    }

    private IllegalStateException closed(String what, Exception cause) {
        String now = listens() ? state() + ", " + reason() : "no answer";
        IllegalStateException failure = new IllegalStateException(
                "The demo was to be one that " + what + ", and it is not: " + now + System.lineSeparator() + log(), cause);
        close();
        return failure;
    }

    /** Starts it against that etcd, on a free port, and waits for nothing. */
    public static DemoProcess launch(EtcdServer etcd, String... systemProperties) {
        return launch(etcd, freePort(), systemProperties);
    }

    private static DemoProcess launch(EtcdServer etcd, int port, String... systemProperties) {
        return launch(environmentFor(etcd), port, systemProperties);
    }

    private static Map<String, String> environmentFor(EtcdServer etcd) {
        return Map.of("OSLIVELY_ETCD_HOST", "127.0.0.1", "OSLIVELY_ETCD_PORT", Integer.toString(etcd.port()),
                "OSLIVELY_STATUS_TTL", Long.toString(TTL.toSeconds()));
    }

    private static DemoProcess launch(Map<String, String> environment, int port, String... systemProperties) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return launch(port, environment, command(java, port, systemProperties));
    }

    private static List<String> command(String java, int port, String... options) {
        List<String> command = new ArrayList<>(List.of(java, "-Dquarkus.http.port=" + port));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toString()));
        return command;
    }

    /** Starts it as the command says, which chooses that port, and waits for nothing. */
    static DemoProcess launch(int port, Map<String, String> environment, List<String> command) {
        try {
            Path log = Files.createTempFile("lively-demo", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            return new DemoProcess(port, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RequestSpecification request() {
        return bareRequest().contentType(ContentType.JSON);
    }

    /** Without a type of a content, as curl sends what has none. */
    RequestSpecification bareRequest() {
        // Who asks often would leave many open.
        return RestAssured.given().header("Connection", "close").baseUri("http://127.0.0.1").port(port);
    }

    public Response get(String path, Object... queryParameters) {
        RequestSpecification request = request();
        for (int i = 0; i < queryParameters.length; i += 2) {
            request.queryParam((String) queryParameters[i], queryParameters[i + 1]);
        }
        return request.get(path);
    }

    public String uuid() {
        return get("/self").path("uuid");
    }

    public String state() {
        return get("/self").path("state");
    }

    public String reason() {
        return get("/self").path("reason");
    }

    /** Waits until it says that it is registered. If it does not, it is closed. */
    public DemoProcess awaitRegistered() {
        return await("is registered", Duration.ofSeconds(10), () -> "REGISTERED".equals(state()));
    }

    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    public boolean listens() {
        try {
            return get("/q/health/live").statusCode() == 200;
        } catch (Exception e) {
            // Connection refused, which RestAssured throws without declaring it.
            return false;
        }
    }

    /** Asks it to stop, as Ctrl-C or an orchestrator does. */
    public void terminate() {
        process.destroy();
    }

    /** As a crash would. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Stops it from doing anything, while its connections stay open. */
    public void freeze() {
        EtcdServer.signal(process.pid(), "STOP");
    }

    public void thaw() {
        EtcdServer.signal(process.pid(), "CONT");
    }

    /** The names of the classes that its JVM has loaded by now. */
    List<String> loadedClasses() {
        // A line is the depth, the name, and the address of the class loader.
        return jcmd("VM.class_hierarchy").lines().map(line -> line.replaceFirst("^[|\\- ]*", "").replaceFirst("/.*", ""))
                .toList();
    }

    /** What its JVM answers to that command. */
    public String jcmd(String command) {
        try {
            Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(process.pid()), command).redirectErrorStream(true).start();
            return new String(jcmd.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Waits for its end. */
    public boolean hasEndedWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The lines of the log that Lively has written. */
    List<String> livelyLog() {
        return log().lines().filter(line -> line.contains("[io.quarkiverse.lively.runtime.")).toList();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Runtime.getRuntime().removeShutdownHook(endWithTheJvm);
            Files.deleteIfExists(log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
