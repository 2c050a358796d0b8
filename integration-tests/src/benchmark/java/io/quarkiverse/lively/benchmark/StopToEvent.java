package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.apache.curator.test.TestingServer;
import org.apache.curator.x.discovery.ServiceInstance;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.test.EtcdServer;

/** From when a service begins to stop, cleanly, to when a subscriber in another process hears of it. */
final class StopToEvent implements Experiment {

    @Override
    public Findings run(Scale scale) throws Exception {
        int stops = scale.calls() / 10;
        FleetData ours = FleetData.in("ours");
        FleetData raws = FleetData.in("raw");
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                Node node = new Node(etcd.url(), "ours");
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString());
                ChildJvm hearsOurs = new ChildJvm(StopSubscriber.class, "lively", etcd.url(), "ours");
                ChildJvm hearsRaw = new ChildJvm(StopSubscriber.class, "raw", etcd.url(), "raw");
                ChildJvm hearsCurator = new ChildJvm(StopSubscriber.class, "curator", zookeeper.getConnectString())) {
            hearsOurs.awaitLine(StopSubscriber.READY);
            hearsRaw.awaitLine(StopSubscriber.READY);
            hearsCurator.awaitLine(StopSubscriber.READY);
            Registering.Registrations registrations = new Registering.Registrations(node, ours);
            int[] next = new int[3];
            registrations.register(next[0]++);
            long lease = raw.grantLease(600);
            Turns turns = new Turns()
                    .side("raw", round -> {
                        List<TxnRequest> requests = new ArrayList<>();
                        for (int i = 0; i < stops; i++, next[1]++) {
                            long revision = raw.commit(RawEtcd.request(raws.registration(next[1], lease))).getHeader()
                                    .getRevision();
                            requests.add(RawEtcd.request(raws.stop(next[1], lease, revision)));
                        }
                        return latencies(stops, hearsRaw, i -> raw.commit(requests.get(i)));
                    })
                    .side("ours", round -> {
                        List<Registration> registered = registrations.registerAll(next[0], stops);
                        next[0] += stops;
                        return latencies(stops, hearsOurs, i -> registered.get(i).close());
                    })
                    .side("curator", round -> {
                        List<ServiceInstance<Void>> instances = new ArrayList<>();
                        for (int i : IntStream.range(0, stops).toArray()) {
                            instances.add(CuratorPeer.instance("instance-" + next[2]++));
                            curator.discovery().registerService(instances.get(i));
                        }
                        return latencies(stops, hearsCurator, i -> curator.discovery().unregisterService(instances.get(i)));
                    })
                    .run(3, scale.repetitions());
            Figure stop = turns.figure("ours");
            Figure curators = turns.figure("curator");
            return Findings.of(
                    Line.ratio("clean stop to the event in another process", stop, "raw watch, same transaction",
                            turns.figure("raw"), "us", 1e3, Bar.atMost(1.3)),
                    Line.ratio("clean stop to event, p99", p99(stop), "Curator's p99", p99(curators), "us", 1e3,
                            Bar.atMost(1)));
        }
    }

    private static Figure p99(Figure figure) {
        return Figure.of(figure.percentile(99));
    }

    private static double[] latencies(int stops, ChildJvm subscriber, Turns.Act stop) throws Exception {
        // What was registered just now is told of, too.
        Thread.sleep(100);
        double[] nanos = new double[stops];
        for (int i = 0; i < stops; i++) {
            long start = System.nanoTime();
            stop.run(i);
            nanos[i] = Long.parseLong(subscriber.line()) - start;
        }
        return nanos;
    }
}
