package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.management.JMException;
import javax.management.ObjectName;

import org.awaitility.Awaitility;

/**
 * How many there are in this JVM of what a reload in dev mode could leave behind.
 *
 * @param threads by what they are called, without their numbers; without those of pools that grow by being used. Those of
 *        Vert.x and of a client of etcd are among them: a client that is left behind shows in its instance of Vert.x
 * @param connections to the etcd of the test, by anybody
 * @param classLoaders of Quarkus that live on after a garbage collection
 * @param vertx instances of Vert.x
 * @param livelies what Lively is in one application; its gauges would hold it
 */
record JvmCensus(Map<String, Long> threads, long connections, long classLoaders, long vertx, long livelies) {

    private static final Pattern POOLED = Pattern
            .compile(
                    "(vert.x-(worker|eventloop)-thread|vert.x-internal-blocking|executor-thread|jetcd-pool|ForkJoinPool|awaitility|process reaper).*");
    private static final Pattern NUMBERS = Pattern.compile("\\d+");

    static JvmCensus taken() {
        String histogram = histogram();
        return new JvmCensus(
                Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                        .filter(name -> !POOLED.matcher(name).matches()).collect(Collectors.groupingBy(
                                name -> NUMBERS.matcher(name).replaceAll("N"), TreeMap::new, Collectors.counting())),
                connections(URI.create(RealEtcd.url()).getPort()),
                count(histogram, "io.quarkus.bootstrap.classloading.QuarkusClassLoader"),
                count(histogram, "io.vertx.core.impl.VertxImpl"),
                count(histogram, "io.quarkiverse.lively.runtime.Lively"));
    }

    /**
     * Once nothing more is let go of: what earlier tests of this JVM have left takes a while, and would hide as much of what
     * comes after.
     */
    static JvmCensus settled() {
        JvmCensus[] latest = { taken() };
        Awaitility.await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(30)).until(() -> {
            JvmCensus earlier = latest[0];
            latest[0] = taken();
            return earlier.isWithin(latest[0]);
        });
        return latest[0];
    }

    /** Whether there is no more of anything than there was then, but for the last class loader, which may linger. */
    boolean isWithin(JvmCensus then) {
        return connections <= then.connections && classLoaders <= then.classLoaders + 1 && vertx <= then.vertx
                && livelies <= then.livelies
                && threads.entrySet().stream()
                        .allMatch(entry -> entry.getValue() <= then.threads.getOrDefault(entry.getKey(), 0L));
    }

    private static long connections(int port) {
        String remote = String.format(":%04X 01", port);
        try {
            return Files.readAllLines(Path.of("/proc/self/net/tcp")).stream()
                    .filter(line -> line.contains(remote)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of what is left after a garbage collection. */
    private static String histogram() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                    new Object[] { new String[0] }, new String[] { String[].class.getName() });
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long count(String histogram, String type) {
        return histogram.lines().map(line -> line.strip().split("\\s+"))
                .filter(columns -> columns.length > 3 && columns[3].equals(type))
                .mapToLong(columns -> Long.parseLong(columns[1])).sum();
    }
}
