package io.quarkiverse.lively.benchmark;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.net.URLClassLoader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceCache;

import com.sun.management.ThreadMXBean;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * Looks up one service in a view, in nanoseconds. At this scale the decisions of the compiler of the JVM make more of a difference
 * than the noise of the machine: two copies of the same code may differ by 10 % as long as a process lives. So each turn
 * loads the code anew and warms it up, and the decisions differ from pair to pair like any other noise.
 */
final class LookUps implements Experiment {

    private static final int INSTANCES = 2_000;
    /** Of one side in one turn. */
    private static final int ROUNDS = 5;
    /** A loop is warm once the compiler of the JVM has been idle for so long. */
    private static final long QUIET_NANOS = 400_000_000;
    private static final long LONGEST_WARM_UP_NANOS = 5_000_000_000L;
    /** The class loaders of so many subjects stay open. */
    private static final int LATER = 8;
    private static final String MAP = "map";
    private static final String VIEW = "view";
    private static final String TWO_THREADS = "2 threads ";
    private static final Shown NANOS = new Shown("ns", 1);

    @Override
    public Findings run(Run run) throws Exception {
        Scale scale = run.scale();
        int instances = Math.min(INSTANCES, scale.most());
        int calls = 1_000 * scale.calls();
        FleetData fleet = FleetData.in("");
        String[] uuids = LocalReads.names(scale.usual(), fleet::uuid);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                Compiled compiled = new Compiled(run.builds(), etcd.url(), uuids);
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString());
                ServiceCache<Void> cache = curator.cache()) {
            fleet.write(raw, scale.usual());
            String[] ids = registered(curator, cache, instances);
            Turns turns = run.turns().prepare(compiled::anew)
                    .side(CuratorPeer.SIDE, (meter, round) -> meter.batch(scale.calls(), () -> {
                        for (int i = 0; i < scale.calls(); i++) {
                            RemoteReads.present(CuratorPeer.isIn(cache, ids[(round * scale.calls() + i) % instances]));
                        }
                    }));
            for (String name : compiled.names()) {
                turns.side(name, (meter, round) -> rounds(meter, compiled.reads(name), calls,
                        reads -> RemoteReads.present(reads.run(0, calls) == calls)));
                turns.side(TWO_THREADS + name, (meter, round) -> rounds(meter, compiled.reads(name), calls,
                        reads -> twice(pool, reads, calls)));
            }
            turns.compare(Comparison.ratio("LivenessView.isUp(uuid), 10,000 services, 1 thread", VIEW,
                    "ConcurrentHashMap.get", MAP, NANOS, Bar.atMost(2)))
                    .compare(Comparison.ratio("LivenessView.isUp(uuid), 10,000 services, 2 threads", TWO_THREADS + VIEW,
                            "ConcurrentHashMap.get", TWO_THREADS + MAP, NANOS, Bar.atMost(2)))
                    .compare(Comparison.speed("LivenessView.isUp(uuid), 10,000 services", VIEW,
                            "Curator ServiceCache, 2,000 instances", CuratorPeer.SIDE, NANOS, Bar.atLeast(300)));
            List<Line> lines = new ArrayList<>(run.measure(turns, null, 1, 50).lines());
            lines.add(allocation(compiled.reads(VIEW), calls));
            return Findings.of(lines);
        } finally {
            pool.shutdownNow();
        }
    }

    private static String[] registered(CuratorPeer curator, ServiceCache<Void> cache, int instances) throws Exception {
        String[] ids = new String[instances];
        for (int i = 0; i < instances; i++) {
            ids[i] = "instance-" + i;
            curator.discovery().registerService(CuratorPeer.instance(ids[i]));
        }
        while (cache.getInstances().size() < instances) {
            Thread.sleep(10);
        }
        return ids;
    }

    private interface Work {

        void run(Subject.Reads reads) throws Exception;
    }

    private static double[] rounds(Meter meter, Subject.Reads reads, int calls, Work work) throws Exception {
        work.run(reads);
        double[] nanos = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            nanos[i] = meter.batch(calls, () -> work.run(reads))[0];
        }
        return nanos;
    }

    /** On two threads at the same time. */
    private static void twice(ExecutorService pool, Subject.Reads reads, int calls) throws Exception {
        Future<?> other = pool.submit(() -> RemoteReads.present(reads.run(0, calls) == calls));
        Future<?> one = pool.submit(() -> RemoteReads.present(reads.run(calls / 2, calls) == calls));
        one.get();
        other.get();
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

    /** The loops of one turn: those of the views of all builds, and of the map. */
    private static final class Compiled implements AutoCloseable {

        private final Builds builds;
        private final String url;
        private final String[] uuids;
        private final Map<String, Subject.Reads> reads = new HashMap<>();
        private final List<Subject> subjects = new ArrayList<>();
        private final List<Subject.View> views = new ArrayList<>();
        /** gRPC ends its threads some seconds after the last connection, and loads classes for that. */
        private final Deque<URLClassLoader> loaders = new ArrayDeque<>();

        Compiled(Builds builds, String url, String[] uuids) {
            this.builds = builds;
            this.url = url;
            this.uuids = uuids;
        }

        /** The names of the sides. */
        List<String> names() {
            List<String> names = new ArrayList<>(List.of(MAP));
            builds.names().forEach(build -> names.add(VIEW + build));
            return names;
        }

        void anew() throws IOException, ReflectiveOperationException {
            end();
            closeLoaders(LATER);
            for (String build : builds.names()) {
                URLClassLoader loader = builds.loader(build);
                loaders.add(loader);
                Subject subject = builds.open(loader, url, "");
                subjects.add(subject);
                Subject.View view = subject.view();
                views.add(view);
                reads.putIfAbsent(MAP, subject.mapGet(uuids));
                reads.put(VIEW + build, view.isUp(uuids));
            }
            warmUp();
        }

        private void warmUp() {
            CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
            long start = System.nanoTime();
            long lastChange = start;
            long millis = compiler.getTotalCompilationTime();
            while (System.nanoTime() - lastChange < QUIET_NANOS && System.nanoTime() - start < LONGEST_WARM_UP_NANOS) {
                reads.values().forEach(loop -> loop.run(0, uuids.length));
                if (compiler.getTotalCompilationTime() != millis) {
                    millis = compiler.getTotalCompilationTime();
                    lastChange = System.nanoTime();
                }
            }
        }

        Subject.Reads reads(String name) {
            return reads.get(name);
        }

        private void end() {
            views.forEach(Subject.View::close);
            views.clear();
            subjects.forEach(Subject::close);
            subjects.clear();
            reads.clear();
        }

        private void closeLoaders(int except) throws IOException {
            while (loaders.size() > except) {
                loaders.remove().close();
            }
        }

        @Override
        public void close() {
            end();
        }
    }
}
