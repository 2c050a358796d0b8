package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.curator.test.TestingServer;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import io.quarkiverse.lively.test.EtcdServer;

/** Runs {@link LocalReadBenchmark}, a fork of each benchmark a repetition. */
final class LocalReads implements Experiment {

    private static final int INSTANCES = 2_000;

    private final Map<String, List<Double>> nanos = new LinkedHashMap<>();
    private final Map<String, List<Double>> bytes = new LinkedHashMap<>();

    /** Of an instance that Curator knows. */
    static String id(int number) {
        return "instance-" + number;
    }

    @Override
    public Findings run(Scale scale) throws Exception {
        int instances = Math.min(INSTANCES, scale.most());
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url());
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString())) {
            for (int i = 0; i < instances; i++) {
                curator.discovery().registerService(CuratorPeer.instance(id(i)));
            }
            for (int size : scale.sizes()) {
                FleetData.in(LocalReadBenchmark.namespace(size)).write(raw, size);
            }
            String[] properties = { "-D" + LocalReadBenchmark.ETCD + "=" + etcd.url(),
                    "-D" + LocalReadBenchmark.ZOOKEEPER + "=" + zookeeper.getConnectString(),
                    "-D" + LocalReadBenchmark.INSTANCES + "=" + instances };
            for (int i = 0; i < scale.repetitions(); i++) {
                fork(properties, scale.usual(), 1, "viewIsUp|mapGet");
                fork(properties, scale.usual(), 2, "viewIsUp|mapGet");
                fork(properties, instances, 1, "curatorLookUp");
                for (int size : scale.sizes()) {
                    fork(properties, size, 1, size == scale.usual() ? "viewListRegion" : "viewIsUp|viewListRegion");
                }
            }
            return findings(scale);
        }
    }

    private void fork(String[] properties, int services, int threads, String benchmarks) throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(LocalReadBenchmark.class.getSimpleName() + "\\.(" + benchmarks + ")$").forks(1).threads(threads)
                .warmupIterations(3).warmupTime(TimeValue.milliseconds(250)).measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(250)).addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true).jvmArgsAppend(properties);
        if (!benchmarks.equals("curatorLookUp")) {
            options.param("services", Integer.toString(services));
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        for (RunResult result : results) {
            String name = name(result.getPrimaryResult().getLabel(), services, threads);
            nanos.computeIfAbsent(name, key -> new ArrayList<>()).add(result.getPrimaryResult().getScore());
            double allocated = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm")).map(Map.Entry::getValue)
                    .mapToDouble(Result::getScore).findFirst().orElseThrow();
            bytes.computeIfAbsent(name, key -> new ArrayList<>()).add(allocated);
        }
    }

    private Findings findings(Scale scale) {
        int usual = scale.usual();
        Figure view = of(nanos, name("viewIsUp", usual, 1));
        List<Line> lines = new ArrayList<>();
        lines.add(Line.ratio("LivenessView.isUp(uuid), 10,000 services, 1 thread", view, "ConcurrentHashMap.get",
                of(nanos, name("mapGet", usual, 1)), "ns", 1, Bar.atMost(2)));
        lines.add(Line.ratio("LivenessView.isUp(uuid), 10,000 services, 2 threads", of(nanos, name("viewIsUp", usual, 2)),
                "ConcurrentHashMap.get", of(nanos, name("mapGet", usual, 2)), "ns", 1, Bar.atMost(2)));
        Figure allocated = of(bytes, name("viewIsUp", usual, 1));
        // The profiler sees what the rest of the JVM allocates, too: far less than a byte a call.
        lines.add(Line.absolute("LivenessView.isUp(uuid), allocation", allocated, Math.floor(allocated.median() + 0.5), "bytes",
                "gc.alloc.rate.norm %.4f".formatted(allocated.median()), Bar.atMost(0)));
        lines.add(Line.speed("LivenessView.isUp(uuid), 10,000 services", view, "Curator ServiceCache, 2,000 instances",
                of(nanos, name("curatorLookUp", Math.min(INSTANCES, scale.most()), 1)), "ns", 1, Bar.atLeast(300)));
        Figure few = of(nanos, name("viewListRegion", scale.sizes().get(0), 1));
        lines.add(Line.ratio("LivenessView.list, a region of 100 of 100,000", of(nanos, name("viewListRegion", scale.most(), 1)),
                "of 1,000: flat if no scan", few, "us", 1e3, Bar.atMost(2)));
        return new Findings(lines, List.of(growth("LivenessView.isUp(uuid)", "viewIsUp", "ns", 1, scale),
                growth("LivenessView.list, a region of 100", "viewListRegion", "us", 1e3, scale)));
    }

    private Growth growth(String work, String benchmark, String unit, double nanosAUnit, Scale scale) {
        TreeMap<Integer, Double> costs = new TreeMap<>();
        scale.sizes().forEach(size -> costs.put(size, of(nanos, name(benchmark, size, 1)).median() / nanosAUnit));
        return new Growth(work, unit, costs);
    }

    private static String name(String benchmark, int services, int threads) {
        return benchmark + " " + services + " " + threads;
    }

    private static Figure of(Map<String, List<Double>> measured, String name) {
        return Figure.of(measured.get(name).stream().mapToDouble(Double::doubleValue).toArray());
    }
}
