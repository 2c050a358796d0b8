package io.quarkiverse.lively.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Simulated fleets for a minute, see the page "Simulation" of the docs, and that a run can be repeated and made smaller. */
class SimulationTest {

    /** Runs that seed only. */
    private static final String SEED = "lively.simulation.seed";
    private static final long FIRST_SEED = 1;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Each build runs the same seeds. New ones are for the profile "simulation". */
    private static final long MOST_SEEDS = 3_000;
    private static final String ON_PURPOSE = "fails on purpose";

    private BugLog log;

    @BeforeEach
    void open() {
        log = BugLog.open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void keepsAllPromises() throws Exception {
        Long only = Long.getLong(SEED);
        Simulation simulation = only == null ? new Simulation(FIRST_SEED, MOST_SEEDS, LIMIT, true, log)
                : new Simulation(only, 1, LIMIT, true, log);
        simulation.run(Runtime.getRuntime().availableProcessors());
        System.out.println(simulation.summary());
        assertTrue(simulation.seeds() > 0, "it is to simulate something");
        simulation.failures().stream().findFirst().ifPresent(failed -> fail(Simulation.explain(failed, log)
                + "To repeat it: mvn verify -Psimulation -D" + SEED + "=" + failed.plan().seed()));
    }

    /** Also if another run goes on in another thread. */
    @Test
    void repeatsASeedToTheLetter() {
        List<Long> seeds = LongStream.range(100, 106).boxed().toList();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<CompletableFuture<Long>> first = seeds.stream()
                    .map(seed -> CompletableFuture.supplyAsync(() -> hash(seed), threads)).toList();
            List<Long> second = seeds.stream().map(this::hash).toList();
            assertEquals(second, first.stream().map(CompletableFuture::join).toList());
            assertEquals(seeds.size(), second.stream().distinct().count(), "each seed decides anew");
        } finally {
            threads.shutdownNow();
        }
    }

    /** In which the order of the immutable sets and maps of Java is another one. */
    @Test
    void repeatsASeedInAnotherJvm() throws Exception {
        long seed = 106;
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", Simulation.class.getName(), "seed=" + seed)
                .redirectErrorStream(true).start();
        Thread end = new Thread(other::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(output.contains(String.format("hash %016x,", hash(seed))), output);
        } finally {
            other.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private long hash(long seed) {
        return World.run(Plan.of(seed), 0, log).hash();
    }

    @Test
    void makesAFailingRunSmaller() {
        World.Outcome failed = LongStream.range(1, 50).mapToObj(seed -> failing(Plan.of(seed), 0))
                .filter(outcome -> outcome.violation().isPresent() && outcome.plan().acts().size() > 50).findFirst()
                .orElseThrow();

        Plan smallest = new Shrinker(failed, Duration.ofSeconds(30), plan -> failing(plan, 0)).shrink();

        List<Act.Kind> kinds = smallest.acts().stream().map(Act::kind).toList();
        assertEquals(2, kinds.size(), kinds::toString);
        assertEquals(Act.Kind.START, kinds.get(0));
        World.Outcome repeated = failing(smallest, 100);
        assertEquals(ON_PURPOSE, repeated.violation().orElseThrow().check());
        for (String words : List.of("starts", "crashes", ON_PURPOSE)) {
            assertTrue(repeated.trace().stream().anyMatch(line -> line.contains(words)),
                    () -> words + " in " + repeated.trace());
        }
    }

    /** That nothing crashes is no promise. */
    private World.Outcome failing(Plan plan, int lines) {
        return World.run(plan, lines, log, world -> List.of(new Check() {
            @Override
            public void ended(SimulatedApplication application) {
                if (!application.isStopping()) {
                    world.violated(ON_PURPOSE, application.process().name());
                }
            }
        }));
    }

    /** Wherever it is called, also in a callback whose exceptions Lively or a future would keep. */
    @Test
    void failsIfACheckThrows() {
        for (Check failing : List.of(new Check() {
            @Override
            public void tick() {
                throw new IllegalStateException(ON_PURPOSE);
            }
        }, new Check() {
            @Override
            public void answered(RegistryCall call) {
                throw new IllegalStateException(ON_PURPOSE);
            }
        })) {
            String message = LongStream.range(1, 20).boxed()
                    .flatMap(seed -> World.run(Plan.of(seed), 0, log, world -> List.of(failing)).violation().stream())
                    .findFirst().orElseThrow().message();
            assertTrue(message.contains(ON_PURPOSE), message);
        }
    }

    @Test
    void knowsTheChangesOfStates() throws IOException {
        List<String> transitions = StateTable.read().transitions();
        assertEquals(18, transitions.size(), transitions::toString);
        assertTrue(transitions.contains("STARTING -> REGISTERED"), transitions::toString);
    }
}
