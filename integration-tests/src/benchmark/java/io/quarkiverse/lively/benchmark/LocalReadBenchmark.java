package io.quarkiverse.lively.benchmark;

import io.quarkiverse.lively.runtime.worker.SystemPlatform;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.curator.x.discovery.ServiceCache;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.Worker;

/** What is answered from memory. Each fork makes a view of the etcd that {@link LocalReads} has filled. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalReadBenchmark {

    static final String ETCD = "lively.benchmark.etcd";
    static final String ZOOKEEPER = "lively.benchmark.zookeeper";
    static final String INSTANCES = "lively.benchmark.instances";

    /** The namespace in which there are so many services. */
    static String namespace(int services) {
        return "n" + services;
    }

    /** The questions of one thread, in an order that no cache foresees. */
    @State(Scope.Thread)
    public static class Questions {

        @Param("10000")
        public int services;
        private String[] uuids;
        private ServiceQuery[] regions;
        private int next;

        @Setup
        public void ask() {
            FleetData fleet = FleetData.in(namespace(services));
            // Strings of their own, as a caller has them.
            List<String> all = IntStream.range(0, services).mapToObj(fleet::uuid).collect(Collectors.toList());
            Collections.shuffle(all, new Random(1));
            uuids = all.toArray(String[]::new);
            regions = IntStream.range(0, services / 100).mapToObj(i -> ServiceQuery.regions(FleetData.region(100 * i)))
                    .toArray(ServiceQuery[]::new);
        }

        String uuid() {
            next = next + 1 < uuids.length ? next + 1 : 0;
            return uuids[next];
        }

        ServiceQuery region() {
            next = next + 1 < regions.length ? next + 1 : 0;
            return regions[next];
        }
    }

    /** A view of all of them. */
    @State(Scope.Benchmark)
    public static class View {

        private EtcdConnection etcd;
        private Worker worker;
        private ExecutorService pool;
        private LocalView view;

        @Setup
        public void open(Questions questions) {
            Benchmarks.quiet();
            FleetData fleet = FleetData.in(namespace(questions.services));
            etcd = Node.connect(System.getProperty(ETCD));
            worker = new SystemPlatform().worker("view");
            pool = Executors.newCachedThreadPool();
            view = new LocalView(new RegistryFeed(etcd, fleet.layout()), new Replica(fleet.layout()), worker, pool,
                    new Random(), Node.view(), LivelyMetrics.NONE);
            view.awaitReady().await().atMost(Duration.ofMinutes(1));
        }

        @TearDown
        public void close() {
            view.close().join();
            worker.close();
            etcd.close();
            // JMH waits for half a minute for threads that live on.
            pool.shutdownNow();
        }
    }

    /** The same answers in a plain map. */
    @State(Scope.Benchmark)
    public static class PlainMap {

        private final ConcurrentHashMap<String, Boolean> map = new ConcurrentHashMap<>();

        @Setup
        public void fill(Questions questions) {
            FleetData fleet = FleetData.in(namespace(questions.services));
            IntStream.range(0, questions.services).forEach(i -> map.put(fleet.uuid(i), true));
        }
    }

    /** Curator's cache. */
    @State(Scope.Benchmark)
    public static class Cache {

        private CuratorPeer peer;
        private ServiceCache<Void> cache;
        private int instances;
        private int next;

        @Setup
        public void open() throws Exception {
            instances = Integer.getInteger(INSTANCES);
            peer = new CuratorPeer(System.getProperty(ZOOKEEPER));
            cache = peer.cache();
        }

        @TearDown
        public void close() throws Exception {
            cache.close();
            peer.close();
        }
    }

    @Benchmark
    public boolean viewIsUp(View view, Questions questions) {
        return view.view.isUp(questions.uuid());
    }

    @Benchmark
    public boolean mapGet(PlainMap map, Questions questions) {
        return map.map.get(questions.uuid());
    }

    @Benchmark
    public boolean curatorLookUp(Cache cache) {
        cache.next = cache.next + 1 < cache.instances ? cache.next + 1 : 0;
        return CuratorPeer.isIn(cache.cache, LocalReads.id(cache.next));
    }

    @Benchmark
    public List<ServiceRecord> viewListRegion(View view, Questions questions) {
        return view.view.list(questions.region());
    }
}
