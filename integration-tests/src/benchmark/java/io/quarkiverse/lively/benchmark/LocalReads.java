package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** Reads of a view, which are answered from memory, in fleets of different sizes. */
final class LocalReads implements Experiment {

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
            Turns sizes = bySize(run, etcd, lines);
            growth = List.of(growth(run, sizes, "LivenessView.isUp(uuid)", "isUp ", NANOS),
                    growth(run, sizes, "LivenessView.list, a region of 100", "list ", MICROS));
        }
        return new Findings(lines, growth);
    }

    private static Turns bySize(Run run, EtcdServer etcd, List<Line> lines) throws Exception {
        Scale scale = run.scale();
        List<Builds.Subjects> opened = new ArrayList<>();
        Turns turns = run.turns();
        for (int size : scale.sizes()) {
            FleetData fleet = FleetData.in(namespace(size));
            String[] uuids = names(size, fleet::uuid);
            String[] regions = names(size / SERVICES_A_REGION, i -> FleetData.region(SERVICES_A_REGION * i));
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

    /** Strings of their own, as a caller has them. */
    static String[] names(int count, IntFunction<String> name) {
        return IntStream.range(0, count).mapToObj(name).toArray(String[]::new);
    }

    private static String namespace(int services) {
        return "n" + services;
    }
}
