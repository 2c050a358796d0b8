package io.quarkiverse.lively.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs all experiments, one after the other, and reports: {@code mvn verify -Pbenchmark}. */
public final class Benchmarks {

    private Benchmarks() {
    }

    /** The properties are those of the profile of Maven, and the directories of this build and of its reports. */
    public static void main(String[] arguments) throws Exception {
        quiet();
        long begin = System.nanoTime();
        Run run = new Run(Scale.of(property("scale")), Builds.of(Path.of(property("root")).toRealPath(), property("base")),
                Perf.tried());
        Path directory = Files.createDirectories(Path.of(property("reports")));
        Set<String> only = property("only").isBlank() ? Set.of() : Set.of(property("only").split(","));
        Map<String, Experiment> experiments = new LinkedHashMap<>();
        // First, while no other work has loaded classes or filled the heap.
        experiments.put("lookup", new LookUps());
        experiments.put("local", new LocalReads());
        experiments.put("remote", new RemoteReads());
        experiments.put("register", new Registering());
        experiments.put("stop", new StopToEvent());
        experiments.put("crash", new CrashToEvent());
        experiments.put("snapshot", new Snapshots());
        experiments.put("memory", new Memory());
        experiments.put("changes", new Changes());
        experiments.put("idle", new Idling());
        experiments.put("start", new ApplicationStart());
        experiments.put("size", new CostOfSize());
        for (String name : only) {
            if (!experiments.containsKey(name)) {
                throw new IllegalArgumentException(name + " is not one of the experiments " + experiments.keySet());
            }
        }
        List<Line> lines = new ArrayList<>();
        List<Growth> growth = new ArrayList<>();
        for (Map.Entry<String, Experiment> experiment : experiments.entrySet()) {
            if (only.isEmpty() || only.contains(experiment.getKey())) {
                long start = System.nanoTime();
                Findings findings = experiment.getValue().run(run);
                System.out.printf("%s: %d s%n", experiment.getKey(), (System.nanoTime() - start) / 1_000_000_000);
                // In case that the run is ended before the report.
                findings.lines().forEach(System.out::println);
                findings.growth().forEach(System.out::println);
                lines.addAll(findings.lines());
                growth.addAll(findings.growth());
            }
        }
        Report report = Report.of(new Findings(lines, growth), run.perf().isAvailable());
        System.out.println(report.table());
        System.out.printf("%d s in all%n", (System.nanoTime() - begin) / 1_000_000_000);
        Files.writeString(directory.resolve("benchmark.json"), report.json());
        Files.writeString(directory.resolve("performance-figures.adoc"), report.asciidoc());
        Files.writeString(directory.resolve("performance.svg"), new Chart(report.findings().lines()).svg());
        System.exit(0);
    }

    private static String property(String name) {
        return System.getProperty("lively.benchmark." + name, "");
    }

    /** A line in the log for each of thousands of services would be measured, too. */
    static void quiet() {
        for (String name : List.of("", "io.quarkiverse.lively", "org.apache", "io.netty")) {
            LOGGERS.add(Logger.getLogger(name));
            Logger.getLogger(name).setLevel(Level.SEVERE);
        }
    }

    /** Else they would be collected, and forget their levels. */
    private static final List<Logger> LOGGERS = new ArrayList<>();
}
