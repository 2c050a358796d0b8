package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import io.quarkiverse.lively.test.EtcdServer;

/** From the start of the JVM to the first answer of the demo application: without Lively, with it, and without its etcd. */
final class ApplicationStart implements Experiment {

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final String REQUEST = "GET /q/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

    @Override
    public Findings run(Scale scale) throws Exception {
        try (EtcdServer etcd = EtcdServer.started(); EtcdServer absent = EtcdServer.absent()) {
            Turns turns = new Turns()
                    .side("inactive", round -> start("-Dquarkus.lively.active=false"))
                    .side("present", round -> start("-Dquarkus.lively.etcd.endpoints=" + etcd.url()))
                    .side("absent", round -> start("-Dquarkus.lively.etcd.endpoints=" + absent.url()))
                    .run(1, 2 * scale.repetitions() + 1);
            return Findings.of(added("etcd present", turns.figure("present"), turns.figure("inactive")),
                    added("etcd absent", turns.figure("absent"), turns.figure("inactive")));
        }
    }

    private static Line added(String when, Figure with, Figure without) {
        double[] a = with.medians();
        double[] b = without.medians();
        Figure difference = Figure.of(IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray());
        return Line.absolute("start to first request, what registration adds, " + when, difference,
                with.median() - without.median(), "ms",
                Line.number(with.median()) + " against " + Line.number(without.median()) + " ms", Bar.atMost(100));
    }

    private static double[] start(String property) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dquarkus.http.port=" + port, property,
                "-jar", JAR.toString()));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            while (!answers(port)) {
                if (!process.isAlive()) {
                    throw new IOException("The demo ended: " + command);
                }
                Thread.sleep(2);
            }
            return new double[] { (System.nanoTime() - start) / 1e6 };
        } finally {
            process.destroyForcibly().waitFor();
        }
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
}
