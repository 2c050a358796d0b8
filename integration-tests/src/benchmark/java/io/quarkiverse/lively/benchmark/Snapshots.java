package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** The time until a new view is ready. */
final class Snapshots implements Experiment {

    /** Of a service: six keys in the range that a view follows. */
    private static final int KEYS = 6;

    @Override
    public Findings run(Run run) throws Exception {
        List<Line> lines = new ArrayList<>();
        TreeMap<Integer, Double> times = new TreeMap<>();
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            EtcdCounters counters = new EtcdCounters(etcd.url());
            for (int size : run.scale().sizes()) {
                EtcdCounters.Reading before = counters.read();
                FleetData fleet = FleetData.in("n" + size);
                fleet.write(raw, size);
                if (size == run.scale().most()) {
                    EtcdCounters.Reading after = counters.read();
                    lines.add(perService("etcd: resident memory a service, %,d written".formatted(size),
                            after.residentBytes() - before.residentBytes(), size));
                    lines.add(perService("etcd: database a service, %,d written".formatted(size),
                            after.databaseBytes() - before.databaseBytes(), size));
                }
                Turns turns = run.turns().side("raw", (meter, round) -> meter.batch(1,
                        () -> RemoteReads.present(raw.readAll(fleet.from(), fleet.to()).size() == KEYS * size)));
                try (Builds.Subjects subjects = run.builds().open(etcd.url(), "n" + size)) {
                    subjects.byName().forEach((name, subject) -> turns.side("ours" + name, (meter, round) -> {
                        Subject.View[] opened = new Subject.View[1];
                        double[] nanos = meter.batch(1, () -> opened[0] = subject.view());
                        RemoteReads.present(opened[0].isUp(fleet.uuid(size - 1)));
                        opened[0].close();
                        System.gc();
                        return nanos;
                    }));
                    boolean isSmallest = size == run.scale().sizes().get(0);
                    turns.compare(Comparison.ratio("snapshot of %,d services, ready to query".formatted(size), "ours",
                            "raw paged read", "raw", new Shown("ms", 1e6), isSmallest ? null : Bar.atMost(1.5)));
                    run.measure(turns, etcd.url(), size == run.scale().most() ? 1 : 3, size == run.scale().most() ? 100 : 15);
                }
                times.put(size, turns.median("ours") / 1e6);
                lines.addAll(turns.lines());
            }
        }
        return new Findings(lines, List.of(new Growth("snapshot, ready to query", "ms", times)));
    }

    private static Line perService(String work, long bytes, int services) {
        return Line.absolute(work, Estimate.counted(bytes / (double) services), "bytes", "reported by etcd", null);
    }
}
