package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceInstance;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.test.EtcdServer;

/** From when a service begins to stop, cleanly, to when a subscriber in another process is notified. */
final class StopToEvent implements Experiment {

    private static final int FIRST = 1_000_000;
    private static final Shown MICROS = new Shown("us", 1e3);

    @Override
    public Findings run(Run run) throws Exception {
        int stops = run.scale().calls();
        FleetData raws = FleetData.in("raw");
        Map<String, AutoCloseable> opened = new HashMap<>();
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString());
                ChildJvm rawSubscriber = ChildJvm.start(StopSubscriber.class, "raw", etcd.url(), "raw");
                ChildJvm curatorSubscriber = ChildJvm.start(StopSubscriber.class, "curator", zookeeper.getConnectString())) {
            rawSubscriber.awaitLine(StopSubscriber.READY);
            curatorSubscriber.awaitLine(StopSubscriber.READY);
            long lease = raw.grantLease(3600);
            Turns turns = run.turns()
                    .side("raw", (meter, round) -> {
                        List<TxnRequest> requests = new ArrayList<>();
                        for (int i = round * stops; i < (round + 1) * stops; i++) {
                            long revision = raw.commit(RawEtcd.request(raws.registration(i, lease))).getHeader().getRevision();
                            requests.add(RawEtcd.request(raws.stop(i, lease, revision)));
                        }
                        return latencies(meter, stops, rawSubscriber, i -> raw.commit(requests.get(i)));
                    })
                    .side(CuratorPeer.SIDE, (meter, round) -> {
                        List<ServiceInstance<Void>> instances = new ArrayList<>();
                        for (int i = 0; i < stops; i++) {
                            instances.add(CuratorPeer.instance("instance-" + (round * stops + i)));
                            curator.discovery().registerService(instances.get(i));
                        }
                        return latencies(meter, stops, curatorSubscriber,
                                i -> curator.discovery().unregisterService(instances.get(i)));
                    });
            for (String build : run.builds().names()) {
                String namespace = "ours" + build.length();
                Subject subject = run.builds().open(build, etcd.url(), namespace);
                ChildJvm subscriber = ChildJvm.start(run.builds().classPath(build), StopSubscriber.class, "lively", etcd.url(),
                        namespace);
                // Stays registered, so that the process always has its lease.
                subject.register(FIRST, 1);
                opened.put("process" + build, subject);
                opened.put("subscriber" + build, subscriber.awaitLine(StopSubscriber.READY));
                turns.side("ours" + build, (meter, round) -> {
                    subject.register(round * stops, stops);
                    return latencies(meter, stops, subscriber, i -> subject.stop(round * stops + i));
                });
            }
            turns.compare(Comparison.ratio("clean stop to the event in another process", "ours",
                    "raw watch, same transaction", "raw", MICROS, Bar.atMost(1.3)))
                    .compare(Comparison.ratio("clean stop to event, p99", "ours", "Curator's p99", CuratorPeer.SIDE, MICROS,
                            Bar.atMost(1)).at(99));
            Findings findings = Findings.of(run.measure(turns, etcd.url(), 3, 40).lines());
            for (AutoCloseable each : opened.values()) {
                each.close();
            }
            return findings;
        }
    }

    private static double[] latencies(Meter meter, int stops, ChildJvm subscriber, Meter.Act stop) throws Exception {
        // The registrations of this round cause events, too.
        Thread.sleep(100);
        return meter.timed(stops, i -> {
            long start = System.nanoTime();
            stop.run(i);
            return Long.parseLong(subscriber.line()) - start;
        });
    }
}
