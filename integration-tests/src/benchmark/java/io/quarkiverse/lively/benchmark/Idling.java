package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.test.EtcdServer;

/** The cost of a fleet to etcd, and of Lively to an application, while nothing happens. */
final class Idling implements Experiment {

    private static final int LEASES = 50;
    private static final int SERVICES = 1_000;
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final String INACTIVE = "inactive";

    @Override
    public Findings run(Run run) throws Exception {
        FleetData fleet = FleetData.in("");
        Map<String, Demo> demos = new LinkedHashMap<>();
        try (EtcdServer etcdOfDemos = EtcdServer.started();
                EtcdServer etcd = EtcdServer.started();
                LeaseHolders holders = new LeaseHolders(etcd.url(), fleet, TTL, 0, LEASES, SERVICES / LEASES);
                Subject subject = run.builds().open(Builds.THIS, etcd.url(), "");
                Subject.View view = subject.view()) {
            RemoteReads.present(view.isUp(fleet.uuid(SERVICES - 1)));
            demos.put(INACTIVE, new Demo(run.builds(), Builds.THIS, Demo.inactive()));
            for (String build : run.builds().names()) {
                demos.put(build, new Demo(run.builds(), build, Demo.with(etcdOfDemos.url())));
            }
            int seconds = run.scale().idleSeconds();
            // The start of an application is no idling.
            Thread.sleep(1_000L * Math.min(5, seconds));
            EtcdCounters counters = new EtcdCounters(etcd.url());
            EtcdCounters.Reading before = counters.read();
            Map<String, double[]> cpu = watch(demos, seconds);
            EtcdCounters.Reading after = counters.read();
            double kept = (after.keepAlives() - before.keepAlives()) / (double) seconds;
            double looked = (after.transactions() - before.transactions()) / (double) seconds;
            double most = 3.0 * LEASES / TTL.toSeconds();
            List<Line> lines = new ArrayList<>(List.of(
                    Line.absolute("idle: Raft proposals, 1,000 services, %d s".formatted(seconds),
                            Estimate.counted(after.proposals() - before.proposals()), "proposals",
                            "50 leases, a view; counted by etcd", Bar.atMost(0)),
                    Line.absolute("idle: keep-alives, 50 leases of TTL 15 s", Estimate.counted(kept), "a second",
                            "3 N / TTL is " + Line.number(most) + "; besides, " + Line.number(looked)
                                    + " read-only transactions a second",
                            Bar.atMost(most * (1 + 1.0 / seconds)))));
            lines.add(added(cpu.get(Builds.THIS), cpu.get(INACTIVE)));
            if (cpu.containsKey(Turns.BASE)) {
                lines.add(Line.againstBase("idle: CPU time of the demo", cpu.get(Builds.THIS), cpu.get(Turns.BASE),
                        "us a second"));
            }
            return Findings.of(lines);
        } finally {
            for (Demo demo : demos.values()) {
                demo.close();
            }
        }
    }

    /** Microseconds of CPU in each second. All demos are there in the same second, so what disturbs it meets all. */
    private static Map<String, double[]> watch(Map<String, Demo> demos, int seconds) throws Exception {
        Map<String, double[]> micros = new HashMap<>();
        demos.keySet().forEach(name -> micros.put(name, new double[seconds]));
        Map<String, Map<String, Threads.Usage>> last = new HashMap<>();
        for (int second = -1; second < seconds; second++) {
            for (Map.Entry<String, Demo> demo : demos.entrySet()) {
                Map<String, Threads.Usage> now = demo.getValue().threads();
                if (second >= 0) {
                    micros.get(demo.getKey())[second] = Threads.between(last.get(demo.getKey()), now).cpuNanos() / 1e3;
                }
                last.put(demo.getKey(), now);
            }
            Thread.sleep(second < seconds - 1 ? 1_000 : 0);
        }
        return micros;
    }

    private static Line added(double[] with, double[] without) {
        double[] pairs = new double[with.length];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = with[i] - without[i];
        }
        return new Line("idle: CPU time of the demo, what Lively adds", "Lively inactive",
                Estimate.of(pairs, Statistics.confidence(1)), "us a second",
                Line.number(Statistics.median(with)) + " against " + Line.number(Statistics.median(without)), Optional.empty(),
                Counts.NONE, Counts.NONE);
    }
}
