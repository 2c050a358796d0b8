package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.quarkiverse.lively.test.EtcdServer;

/** How long it takes until a view can be asked. */
final class Snapshots implements Experiment {

    @Override
    public Findings run(Scale scale) throws Exception {
        List<Line> lines = new ArrayList<>();
        TreeMap<Integer, Double> times = new TreeMap<>();
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url());
                Views views = new Views(etcd.url())) {
            EtcdCounters counters = new EtcdCounters(etcd.url());
            for (int size : scale.sizes()) {
                long resident = counters.residentBytes();
                long stored = counters.databaseBytes();
                FleetData fleet = FleetData.in("n" + size);
                fleet.write(raw, size);
                if (size == scale.most()) {
                    lines.add(perService("etcd: resident memory a service, %,d written".formatted(size),
                            counters.residentBytes() - resident, size));
                    lines.add(perService("etcd: database a service, %,d written".formatted(size),
                            counters.databaseBytes() - stored, size));
                }
                Turns turns = new Turns()
                        .side("raw", round -> Turns.once(i -> RemoteReads
                                .present(raw.readAll(fleet.from(), fleet.to()).size() == 6 * size)))
                        .side("ours", round -> {
                            Views.Open[] opened = new Views.Open[1];
                            double[] nanos = Turns.once(i -> opened[0] = views.open(fleet.layout()));
                            RemoteReads.present(opened[0].view().isUp(fleet.uuid(size - 1)));
                            opened[0].close();
                            System.gc();
                            return nanos;
                        })
                        .run(2, scale.repetitions());
                times.put(size, turns.figure("ours").median() / 1e6);
                if (size != scale.sizes().get(0)) {
                    lines.add(Line.ratio("snapshot of %,d services, ready to query".formatted(size), turns.figure("ours"),
                            "raw paged read", turns.figure("raw"), "ms", 1e6, Bar.atMost(1.5)));
                }
            }
        }
        return new Findings(lines, List.of(new Growth("snapshot, ready to query", "ms", times)));
    }

    private static Line perService(String work, long bytes, int services) {
        Figure figure = Figure.of(bytes / (double) services);
        return Line.absolute(work, figure, figure.median(), "bytes", "as etcd says itself", null);
    }
}
