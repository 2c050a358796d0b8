package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The threads of a process, as Linux counts them. */
final class Threads {

    private static final Usage NOTHING = new Usage(0, 0);

    private Threads() {
    }

    /**
     * @param cpuNanos the time on a processor
     * @param switches how often a thread gave up its processor to wait, mostly for another thread or process
     */
    record Usage(long cpuNanos, long switches) {

        private Usage plus(Usage other) {
            return new Usage(cpuNanos + other.cpuNanos, switches + other.switches);
        }

        private Usage minus(Usage other) {
            return new Usage(cpuNanos - other.cpuNanos, switches - other.switches);
        }
    }

    /** By the numbers of the threads. */
    static Map<String, Usage> of(long pid) throws IOException {
        Map<String, Usage> usages = new HashMap<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads.toList()) {
                try {
                    usages.put(thread.getFileName().toString(), new Usage(
                            Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]),
                            switches(Files.readString(thread.resolve("status")))));
                } catch (IOException e) {
                    // The thread has ended.
                }
            }
        }
        return usages;
    }

    /** By the threads that are still there. */
    static Usage between(Map<String, Usage> before, Map<String, Usage> after) {
        return after.entrySet().stream().map(thread -> thread.getValue().minus(before.getOrDefault(thread.getKey(), NOTHING)))
                .reduce(NOTHING, Usage::plus);
    }

    private static long switches(String status) {
        return status.lines().filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).sum();
    }
}
