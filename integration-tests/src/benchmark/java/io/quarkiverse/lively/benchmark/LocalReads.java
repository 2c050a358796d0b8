package io.quarkiverse.lively.benchmark;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceCache;

import com.sun.management.ThreadMXBean;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** Reads of a view, which are answered from memory. */
final class LocalReads implements Experiment {

    private static final int INSTANCES = 2_000;
    private static final int SERVICES_A_REGION = 100;
    private static final int WARMUPS = 40;
    private static final Shown NANOS = new Shown("ns", 1);
    private static final Shown MICROS = new Shown("us", 1e3);

    @Override
    public Findings run(Run run) throws Exception {
        Scale scale = run.scale();
        List<Line> lines = new ArrayList<>();
        List<Growth> growth;
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            for (int size : scale.sizes()) {
                FleetData.in(namespace(size)).write(raw, size);
            }
            lines.addAll(lookUps(run, etcd));
            Turns sizes = bySize(run, etcd, lines);
            growth = List.of(growth(run, sizes, "LivenessView.isUp(uuid)", "isUp ", NANOS),
                    growth(run, sizes, "LivenessView.list, a region of 100", "list ", MICROS));
        }
        return new Findings(lines, growth);
    }

    private static List<Line> lookUps(Run run, EtcdServer etcd) throws Exception {
        Scale scale = run.scale();
        int instances = Math.min(INSTANCES, scale.most());
        int calls = 1_000 * scale.calls();
        FleetData fleet = FleetData.in(namespace(scale.usual()));
        String[] uuids = shuffled(scale.usual(), fleet::uuid);
        ConcurrentHashMap<String, Boolean> map = new ConcurrentHashMap<>();
        IntStream.range(0, scale.usual()).forEach(i -> map.put(fleet.uuid(i), true));
        Subject.Reads mapGet = mapGet(map, uuids);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (Builds.Subjects subjects = run.builds().open(etcd.url(), namespace(scale.usual()));
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString());
                ServiceCache<Void> cache = curator.cache()) {
            String[] ids = new String[instances];
            for (int i = 0; i < instances; i++) {
                ids[i] = "instance-" + i;
                curator.discovery().registerService(CuratorPeer.instance(ids[i]));
            }
            while (cache.getInstances().size() < instances) {
                Thread.sleep(10);
            }
            Turns turns = run.turns()
                    .side("map", reads(mapGet, calls))
                    .side("map, 2 threads", twice(pool, mapGet, calls))
                    .side(CuratorPeer.SIDE, (meter, round) -> meter.batch(scale.calls(), () -> {
                        for (int i = 0; i < scale.calls(); i++) {
                            RemoteReads.present(CuratorPeer.isIn(cache, ids[(round * scale.calls() + i) % instances]));
                        }
                    }));
            Subject.Reads isUp = null;
            for (Map.Entry<String, Subject> each : subjects.byName().entrySet()) {
                Subject.Reads reads = each.getValue().view().isUp(uuids);
                isUp = isUp == null ? reads : isUp;
                turns.side("view" + each.getKey(), reads(reads, calls))
                        .side("view, 2 threads" + each.getKey(), twice(pool, reads, calls));
            }
            turns.compare(Comparison.ratio("LivenessView.isUp(uuid), 10,000 services, 1 thread", "view",
                    "ConcurrentHashMap.get", "map", NANOS, Bar.atMost(2)))
                    .compare(Comparison.ratio("LivenessView.isUp(uuid), 10,000 services, 2 threads", "view, 2 threads",
                            "ConcurrentHashMap.get", "map, 2 threads", NANOS, Bar.atMost(2)))
                    .compare(Comparison.speed("LivenessView.isUp(uuid), 10,000 services", "view",
                            "Curator ServiceCache, 2,000 instances", CuratorPeer.SIDE, NANOS, Bar.atLeast(300)));
            List<Line> lines = new ArrayList<>(run.measure(turns, null, WARMUPS, 30).lines());
            lines.add(allocation(isUp, calls));
            return lines;
        } finally {
            pool.shutdownNow();
        }
    }

    /** By the count of the JVM for this thread, which no other thread adds to. */
    private static Line allocation(Subject.Reads isUp, int calls) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        isUp.run(0, calls);
        double bytes = threads.getCurrentThreadAllocatedBytes() - before;
        return Line.absolute("LivenessView.isUp(uuid), allocation", Estimate.counted(bytes / calls), "bytes",
                "%.0f bytes in %,d calls, counted by the JVM".formatted(bytes, calls), Bar.atMost(0));
    }

    private static Turns bySize(Run run, EtcdServer etcd, List<Line> lines) throws Exception {
        Scale scale = run.scale();
        List<Builds.Subjects> opened = new ArrayList<>();
        Turns turns = run.turns();
        for (int size : scale.sizes()) {
            FleetData fleet = FleetData.in(namespace(size));
            String[] uuids = shuffled(size, fleet::uuid);
            String[] regions = shuffled(size / SERVICES_A_REGION, i -> FleetData.region(SERVICES_A_REGION * i));
            Builds.Subjects subjects = run.builds().open(etcd.url(), namespace(size));
            opened.add(subjects);
            for (Map.Entry<String, Subject> each : subjects.byName().entrySet()) {
                Subject.View view = each.getValue().view();
                turns.side("isUp " + size + each.getKey(), reads(view.isUp(uuids), 500 * scale.calls()));
                Subject.Reads list = view.list(regions);
                int calls = 5 * scale.calls();
                turns.side("list " + size + each.getKey(), (meter, round) -> meter.batch(calls,
                        () -> RemoteReads.present(list.run(round * calls, calls) == (long) calls * SERVICES_A_REGION)));
            }
        }
        turns.compare(Comparison.ratio("LivenessView.list, a region of 100 of 100,000", "list " + scale.most(),
                "of 1,000: flat if no scan", "list " + scale.sizes().get(0), MICROS, Bar.atMost(2)));
        run.measure(turns, null, WARMUPS, 20);
        lines.addAll(turns.lines());
        opened.forEach(Builds.Subjects::close);
        return turns;
    }

    private static Growth growth(Run run, Turns turns, String work, String side, Shown shown) {
        TreeMap<Integer, Double> costs = new TreeMap<>();
        run.scale().sizes().forEach(size -> costs.put(size, turns.median(side + size) / shown.size()));
        return new Growth(work, shown.unit(), costs);
    }

    private static Turns.Side reads(Subject.Reads reads, int calls) {
        return (meter, round) -> meter.batch(calls, () -> RemoteReads.present(reads.run(round * 31, calls) == calls));
    }

    /** On two threads at the same time, which ask for the same services in an order of their own. */
    private static Turns.Side twice(ExecutorService pool, Subject.Reads reads, int calls) {
        return (meter, round) -> meter.batch(calls, () -> {
            Future<?> other = pool.submit(() -> RemoteReads.present(reads.run(round * 31, calls) == calls));
            Future<?> one = pool.submit(() -> RemoteReads.present(reads.run(round * 31 + calls / 2, calls) == calls));
            one.get();
            other.get();
        });
    }

    /** With a loop of its own, as the view has one. */
    private static Subject.Reads mapGet(ConcurrentHashMap<String, Boolean> map, String[] uuids) {
        return (first, calls) -> {
            int up = 0;
            int next = first % uuids.length;
            for (int i = 0; i < calls; i++) {
                if (map.get(uuids[next])) {
                    up++;
                }
                next = next + 1 < uuids.length ? next + 1 : 0;
            }
            return up;
        };
    }

    /** Strings of their own, as a caller has them, in an order that no cache foresees. */
    private static String[] shuffled(int count, IntFunction<String> name) {
        List<String> all = IntStream.range(0, count).mapToObj(name).collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(all, new Random(1));
        return all.toArray(String[]::new);
    }

    private static String namespace(int services) {
        return "n" + services;
    }
}
