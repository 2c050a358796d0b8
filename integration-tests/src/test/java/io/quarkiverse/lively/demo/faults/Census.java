package io.quarkiverse.lively.demo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.quarkiverse.lively.demo.DemoProcess;

/**
 * What a process holds.
 *
 * @param descriptors open files and connections
 */
record Census(long threads, long descriptors) {

    /** A pool of the heap, which the demo exposes the same way on each JDK. The text of {@code jcmd GC.heap_info} differs. */
    private static final Pattern HEAP = Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");

    static Census of(DemoProcess application) {
        Path process = Path.of("/proc", Long.toString(application.pid()));
        try (Stream<Path> threads = Files.list(process.resolve("task"));
                Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return new Census(threads.count(), descriptors.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is left on the heap of a JVM after everything else was thrown away, in KiB. */
    static long heap(DemoProcess application) {
        application.jcmd("GC.run");
        String metrics = application.get("/q/metrics").asString();
        List<Double> pools = HEAP.matcher(metrics).results().map(pool -> Double.valueOf(pool.group(1))).toList();
        if (pools.isEmpty()) {
            throw new IllegalStateException("No heap in " + metrics);
        }
        return Math.round(pools.stream().mapToDouble(Double::doubleValue).sum() / 1024);
    }
}
