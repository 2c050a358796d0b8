package io.quarkiverse.lively.demo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.quarkiverse.lively.demo.DemoProcess;

/**
 * What a process holds.
 *
 * @param descriptors open files and connections
 */
record Census(long threads, long descriptors) {

    private static final Pattern HEAP = Pattern.compile("heap\\s+total \\d+K, used (\\d+)K");

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
        String info = application.jcmd("GC.heap_info");
        Matcher used = HEAP.matcher(info);
        if (!used.find()) {
            throw new IllegalStateException(info);
        }
        return Long.parseLong(used.group(1));
    }
}
