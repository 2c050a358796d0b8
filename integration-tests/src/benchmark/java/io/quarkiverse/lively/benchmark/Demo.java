package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.quarkiverse.lively.benchmark.Counts.Count;

/** The demo application in a process of its own. */
final class Demo implements AutoCloseable {

    private static final String JAR = "integration-tests/target/quarkus-app/quarkus-run.jar";
    private static final String REQUEST = "GET /q/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

    private final Process process;
    private final long nanosToFirstAnswer;

    /** Returns once it answers a request. */
    Demo(Builds builds, String build, String property) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dquarkus.http.port=" + port, property, "-jar", builds.file(build, JAR).toString());
        long start = System.nanoTime();
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        while (!answers(port)) {
            if (!process.isAlive()) {
                throw new IOException("The demo ended: " + command);
            }
            Thread.sleep(2);
        }
        nanosToFirstAnswer = System.nanoTime() - start;
    }

    static String inactive() {
        return "-Dquarkus.lively.active=false";
    }

    static String with(String url) {
        return "-Dquarkus.lively.etcd.endpoints=" + url;
    }

    /** From the start of the JVM. */
    long nanosToFirstAnswer() {
        return nanosToFirstAnswer;
    }

    /** The threads of the process at this moment. */
    Map<String, Threads.Usage> threads() throws IOException {
        return Threads.of(process.pid());
    }

    /** Since the start of the JVM. */
    Counts counts() throws IOException {
        Threads.Usage used = Threads.between(Map.of(), threads());
        return new Counts(Map.of(Count.CPU, used.cpuNanos() / 1e3, Count.SWITCHES, (double) used.switches()));
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(12), StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
