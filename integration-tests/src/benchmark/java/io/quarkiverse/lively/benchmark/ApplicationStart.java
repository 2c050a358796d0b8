package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** From the start of the JVM to the first answer of the demo application: without Lively, with it, and without its etcd. */
final class ApplicationStart implements Experiment {

    private static final int SECONDS = 75;
    private static final Shown MILLIS = new Shown("ms", 1e6);

    @Override
    public Findings run(Run run) throws Exception {
        try (EtcdServer etcd = EtcdServer.started(); EtcdServer absent = EtcdServer.absent()) {
            Map<String, String> properties = new LinkedHashMap<>();
            properties.put("inactive", Demo.inactive());
            properties.put("present", Demo.with(etcd.url()));
            properties.put("absent", Demo.with(absent.url()));
            Turns turns = run.turns();
            for (String build : run.builds().names()) {
                properties.forEach((name, property) -> turns.side(name + build, (meter, round) -> {
                    try (Demo demo = new Demo(run.builds(), build, property)) {
                        return new double[] { demo.nanosToFirstAnswer() };
                    }
                }));
            }
            turns.compare(added("etcd present", "present"))
                    .compare(added("etcd absent", "absent"))
                    .run(1, Duration.ofSeconds(SECONDS).dividedBy(run.scale().divisor()));
            for (Map.Entry<String, String> each : properties.entrySet()) {
                try (Demo demo = new Demo(run.builds(), Builds.THIS, each.getValue())) {
                    turns.count(each.getKey(), demo.counts());
                }
            }
            return Findings.of(turns.lines());
        }
    }

    private static Comparison added(String when, String side) {
        return Comparison.difference("start to first request, what registration adds, " + when, side, "Lively inactive",
                "inactive", MILLIS, Bar.atMost(100));
    }
}
