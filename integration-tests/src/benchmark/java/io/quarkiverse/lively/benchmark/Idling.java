package io.quarkiverse.lively.benchmark;

import java.time.Duration;

import io.quarkiverse.lively.test.EtcdServer;

/** What a fleet costs etcd while nothing happens. */
final class Idling implements Experiment {

    private static final int LEASES = 50;
    private static final int SERVICES = 1_000;
    private static final Duration TTL = Duration.ofSeconds(15);

    @Override
    public Findings run(Scale scale) throws Exception {
        FleetData fleet = FleetData.in("");
        try (EtcdServer etcd = EtcdServer.started();
                LeaseHolders holders = new LeaseHolders(etcd.url(), fleet, TTL, 0, LEASES, SERVICES / LEASES);
                Views views = new Views(etcd.url());
                Views.Open view = views.open(fleet.layout())) {
            RemoteReads.present(view.view().isUp(fleet.uuid(SERVICES - 1)));
            Thread.sleep(1_000);
            EtcdCounters counters = new EtcdCounters(etcd.url());
            long proposals = counters.proposals();
            long keepAlives = counters.keepAlives();
            long transactions = counters.transactions();
            Thread.sleep(1_000L * scale.idleSeconds());
            double proposed = counters.proposals() - proposals;
            double kept = (counters.keepAlives() - keepAlives) / (double) scale.idleSeconds();
            double looked = (counters.transactions() - transactions) / (double) scale.idleSeconds();
            double most = 3.0 * LEASES / TTL.toSeconds();
            return Findings.of(
                    Line.absolute("idle: Raft proposals, 1,000 services, %d s".formatted(scale.idleSeconds()),
                            Figure.of(proposed), proposed, "proposals", "50 leases, a view; counted by etcd", Bar.atMost(0)),
                    Line.absolute("idle: keep-alives, 50 leases of TTL 15 s", Figure.of(kept), kept, "a second",
                            "3 N / TTL is " + Line.number(most) + "; besides, " + Line.number(looked)
                                    + " read-only transactions a second",
                            Bar.atMost(most * (1 + 1.0 / scale.idleSeconds()))));
        }
    }
}
