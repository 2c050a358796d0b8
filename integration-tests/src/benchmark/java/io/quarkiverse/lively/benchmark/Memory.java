package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.quarkiverse.lively.test.EtcdServer;

/** The memory of a view. */
final class Memory implements Experiment {

    private static final int LIMIT_BYTES = 400;
    /** The heap after a collection varies little, so the interval needs no more. */
    private static final int LEAST = 7;

    @Override
    public Findings run(Run run) throws Exception {
        // The larger the fleet, the less matters what else comes and goes meanwhile.
        int services = run.scale().most();
        int rounds = Math.min(LEAST, run.scale().pairs());
        FleetData fleet = FleetData.in("");
        String work = "memory a service in the view of %,d, beyond its characters".formatted(services);
        List<Line> lines = new ArrayList<>();
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            fleet.write(raw, services);
            long characters = IntStream.range(0, services).mapToLong(fleet::characters).sum();
            Map<String, double[]> bytes = new LinkedHashMap<>();
            run.builds().names().forEach(build -> bytes.put(build, new double[rounds]));
            for (int i = 0; i < rounds; i++) {
                for (Map.Entry<String, double[]> build : bytes.entrySet()) {
                    long heap = bytes(run.builds(), build.getKey(), etcd.url(), fleet);
                    build.getValue()[i] = (heap - characters) / (double) services;
                }
            }
            double[] ours = bytes.get(Builds.THIS);
            lines.add(Line.absolute(work, Estimate.of(ours, Statistics.confidence(1)), "bytes",
                    "heap after a collection, less the characters of uuid, host and address", Bar.atMost(LIMIT_BYTES)));
            if (bytes.containsKey(Turns.BASE)) {
                lines.add(Line.againstBase(work, ours, bytes.get(Turns.BASE), "bytes"));
            }
        }
        return Findings.of(lines);
    }

    /** With a new connection, since a connection remembers its last watch, and so the view before. */
    private static long bytes(Builds builds, String build, String url, FleetData fleet) throws Exception {
        long before = heap();
        try (Subject subject = builds.open(build, url, ""); Subject.View view = subject.view()) {
            long after = heap();
            RemoteReads.present(view.isUp(fleet.uuid(0)));
            return after - before;
        }
    }

    private static long heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
