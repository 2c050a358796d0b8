package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceInstance;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** Registers services by a process that has its lease already: one by one, and many at once. */
final class Registering implements Experiment {

    private static final int COUNTED = 100;
    private static final int COUNTED_FROM = 1_000_000;
    /** Stays registered, so that the process always has its lease. */
    private static final int FIRST = COUNTED_FROM - 1;
    private static final Shown MICROS = new Shown("us", 1e3);

    @Override
    public Findings run(Run run) throws Exception {
        List<Line> lines = new ArrayList<>(oneByOne(run));
        lines.addAll(many(run));
        return Findings.of(lines);
    }

    private static List<Line> oneByOne(Run run) throws Exception {
        FleetData raws = FleetData.in("raw");
        int calls = run.scale().calls() / 2;
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString())) {
            long lease = raw.grantLease(3600);
            Map<String, Subject> subjects = new HashMap<>();
            Turns turns = run.turns()
                    .side("raw", (meter, round) -> {
                        List<TxnRequest> requests = IntStream.range(round * calls, (round + 1) * calls)
                                .mapToObj(i -> RawEtcd.request(raws.registration(i, lease))).toList();
                        return meter.each(calls, i -> raw.commit(requests.get(i)));
                    })
                    .side(CuratorPeer.SIDE, (meter, round) -> {
                        List<ServiceInstance<Void>> instances = new ArrayList<>();
                        for (int i = 0; i < calls; i++) {
                            instances.add(CuratorPeer.instance("instance-" + (round * calls + i)));
                        }
                        return meter.each(calls, i -> curator.discovery().registerService(instances.get(i)));
                    });
            for (String build : run.builds().names()) {
                Subject subject = run.builds().open(build, etcd.url(), "ours" + build.length());
                subject.register(FIRST, 1);
                subjects.put(build, subject);
                turns.side("ours" + build, (meter, round) -> {
                    double[] nanos = meter.each(calls, i -> subject.register(round * calls + i, 1));
                    // So that each round finds as many registrations as the one before.
                    subject.stop(round * calls, calls);
                    return nanos;
                });
            }
            turns.compare(Comparison.ratio("register one new service", "ours", "raw transaction of the same keys", "raw",
                    MICROS, Bar.atMost(1.3)))
                    .compare(Comparison.ratio("register one new service", "ours", "Curator registerService", CuratorPeer.SIDE,
                            MICROS, Bar.atMost(1)));
            List<Line> lines = new ArrayList<>(run.measure(turns, etcd.url(), 5, 40).lines());
            EtcdCounters counters = new EtcdCounters(etcd.url());
            EtcdCounters.Reading before = counters.read();
            subjects.get(Builds.THIS).register(COUNTED_FROM, COUNTED);
            EtcdCounters.Reading after = counters.read();
            double transactions = (after.transactions() - before.transactions()) / (double) COUNTED;
            lines.add(1, Line.absolute("register one new service, transactions", Estimate.counted(transactions), "each",
                    "counted by etcd", Bar.atMost(1)));
            subjects.values().forEach(Subject::close);
            return lines;
        }
    }

    private static List<Line> many(Run run) throws Exception {
        int services = run.scale().services();
        try (EtcdServer etcd = EtcdServer.started(); RawEtcd raw = new RawEtcd(etcd.url())) {
            long lease = raw.grantLease(3600);
            Turns turns = run.turns().side("raw", (meter, round) -> {
                FleetData fleet = FleetData.in("raw" + round);
                List<TxnRequest> requests = IntStream.range(0, services)
                        .mapToObj(i -> RawEtcd.request(fleet.registration(i, lease))).toList();
                return meter.batch(services, () -> raw.commitAll(requests, RawEtcd.IN_FLIGHT));
            });
            for (String build : run.builds().names()) {
                turns.side("ours" + build, (meter, round) -> {
                    try (Subject subject = run.builds().open(build, etcd.url(), "ours" + build.length() + "-" + round)) {
                        subject.register(services, 1);
                        return meter.batch(services, () -> subject.register(0, services));
                    }
                });
            }
            turns.compare(Comparison.speed("register 5,000 services from one process", "ours", "raw pipelined transactions",
                    "raw", new Shown("ms", 1e6 / services), Bar.atLeast(0.7)));
            return run.measure(turns, etcd.url(), 1, 50).lines();
        }
    }
}
