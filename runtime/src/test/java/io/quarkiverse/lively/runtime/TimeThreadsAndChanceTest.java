package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All classes of this module get their time, their threads and their chance from the platform, and use no collection whose
 * order changes from one JVM to the next. Otherwise the simulation would not repeat a run.
 */
class TimeThreadsAndChanceTest {

    private static final Path SOURCES = Path.of("src/main/java/io/quarkiverse/lively");

    /** The platform itself; the real client of etcd, which the simulation replaces; and optional parts that it leaves out. */
    private static final Set<String> EXCEPTIONS = Set.of("runtime/worker/SystemPlatform.java",
            "runtime/worker/WorkerThread.java",
            "runtime/etcd/Authentication.java", "runtime/etcd/CallInterceptor.java", "runtime/etcd/EndpointResolver.java",
            "runtime/etcd/EtcdClient.java", "runtime/etcd/WatchStream.java", "runtime/Logins.java",
            "runtime/devui/LivelyJsonRpcService.java", "runtime/metrics/QuarkusMetrics.java",
            "runtime/tracing/OpenTelemetryTracing.java");

    private static final Pattern OF_THE_JVM = Pattern.compile(String.join("|",
            // Time
            "System\\s*(\\.|::)\\s*(nanoTime|currentTimeMillis)", "(Instant|LocalDate|LocalTime|(Local|Offset|Zoned)DateTime)"
                    + "\\s*(\\.|::)\\s*now",
            "Clock\\.(system|tick)", "InstantSource\\.system", "new Date\\(\\)",
            // Timers
            "delayedExecutor\\(\\s*[^)]*TimeUnit", "CompletableFuture\\.delayedExecutor", "completeOnTimeout",
            "(?<!platform)\\s*\\.orTimeout\\(", "ifNoItem\\(", "delayIt\\(", "delayOn", "\\.ticks\\(", "new Timer\\b",
            "Thread\\.sleep",
            // Threads
            "new Thread\\b", "Thread\\.(of|start)[A-Z]", "Executors\\.", "new \\w*(ThreadPool|ForkJoin)\\w*", "ForkJoinPool",
            "parallel(Stream)?\\(\\)", "Infrastructure\\s*(\\.|::)",
            // Chance
            "new (Secure|Splittable)?Random\\b", "ThreadLocalRandom", "Math\\s*(\\.|::)\\s*random",
            "RandomGenerator\\.(of|getDefault)", "randomUUID",
            // Order
            "(Map|Set)\\s*(\\.|::)\\s*copyOf", "to(Unmodifiable)?(Set|Map)\\(", "IdentityHashMap",
            "identityHashCode"));

    private static final Pattern ASYNC = Pattern.compile("(\\.|::)\\s*\\w+Async\\b(\\()?");

    @Test
    void allComesFromThePlatform() throws IOException {
        List<String> found = new ArrayList<>();
        Set<String> exceptions = new TreeSet<>();
        for (Path file : sources()) {
            String name = SOURCES.relativize(file).toString().replace('\\', '/');
            String code = Files.readString(file);
            List<String> calls = calls(code);
            if (!calls.isEmpty() && EXCEPTIONS.contains(name)) {
                exceptions.add(name);
            } else {
                calls.forEach(call -> found.add(name + ": " + call));
            }
        }
        assertEquals(List.of(), found, "use the platform, or a collection with an order");
        assertEquals(new TreeSet<>(EXCEPTIONS), exceptions, "an exception that is no longer needed must go");
    }

    @ParameterizedTest
    @ValueSource(strings = { "long now = System.nanoTime();", "f(System::nanoTime)", "Instant.now()", "new Random()",
            "ThreadLocalRandom.current()", "UUID.randomUUID()", "new Thread(task)", "future.orTimeout(1, TimeUnit.SECONDS)",
            "future\n    .orTimeout(1, TimeUnit.SECONDS)", "CompletableFuture.supplyAsync(() -> f(a, b))",
            "future.thenApplyAsync(done -> f(a, b))", "future.whenCompleteAsync((a, b) -> f(a, b))", "event.fireAsync(change)",
            "Infrastructure.getDefaultExecutor()", "uni.ifNoItem().after(patience)", "Map.copyOf(values)",
            "this::f, Set::copyOf",
            "stream.collect(Collectors.toSet())", "new IdentityHashMap<>()" })
    void isFound(String code) {
        assertEquals(1, calls("class Some { void some() { " + code + " } }").size());
    }

    @ParameterizedTest
    @ValueSource(strings = { "platform.nanoTime()", "worker.now()", "platform.orTimeout(future, limit)",
            "platform.delayedExecutor(PAUSE)", "CompletableFuture.supplyAsync(() -> f(a), worker)",
            "future.thenApplyAsync(done -> f(a, b), computations)", "event.fireAsync(change, ON_THIS_THREAD)",
            "// System.nanoTime()", "/** As System.nanoTime() */", "List.copyOf(values)", "reporter::getReadinessAsync",
            "client.startAsync()" })
    void isNoCallOfThat(String code) {
        assertEquals(List.of(), calls("class Some { void some() { " + code + "\n } }"));
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }

    private static List<String> calls(String source) {
        String code = source.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "").replaceAll("(?m)^import .*$", "");
        List<String> calls = new ArrayList<>();
        Matcher ofTheJvm = OF_THE_JVM.matcher(code);
        while (ofTheJvm.find()) {
            calls.add(ofTheJvm.group().strip());
        }
        Matcher async = ASYNC.matcher(code);
        while (async.find()) {
            if (async.group(2) != null && arguments(code, async.end()) == 1) {
                calls.add(async.group().strip() + " without an executor");
            }
        }
        return calls;
    }

    /** How many arguments there are from there to the end of the call. Commas of lambdas and inner calls do not count. */
    private static int arguments(String code, int start) {
        int depth = 0;
        int commas = 0;
        boolean empty = true;
        for (int i = start; depth >= 0; i++) {
            char c = code.charAt(i);
            if (c == '(' || c == '{') {
                depth++;
            } else if (c == ')' || c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                commas++;
            }
            empty &= depth < 0 || Character.isWhitespace(c);
        }
        return empty ? 0 : commas + 1;
    }
}
