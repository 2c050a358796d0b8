package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.curator.test.TestingServer;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.test.EtcdServer;

/** Registers services by a process that has its lease already: one by one, and many at once. */
final class Registering implements Experiment {

    private static final int COUNTED = 100;

    /** Registrations of one process, and who waits for them. */
    static final class Registrations {

        private final Node node;
        private final FleetData fleet;
        private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

        Registrations(Node node, FleetData fleet) {
            this.node = node;
            this.fleet = fleet;
            node.onChange(change -> {
                CountDownLatch latch = awaited.get(change.registration().record().uuid());
                if (change.current() == RegistrationState.REGISTERED && latch != null) {
                    latch.countDown();
                }
            });
        }

        /** Returns once etcd has it. */
        Registration register(int number) throws InterruptedException {
            return registerAll(number, 1).get(0);
        }

        /** Returns once etcd has all of them. */
        List<Registration> registerAll(int first, int count) throws InterruptedException {
            CountDownLatch all = new CountDownLatch(count);
            List<Registration> registrations = new ArrayList<>();
            for (int i = first; i < first + count; i++) {
                awaited.put(fleet.uuid(i), all);
                registrations.add(node.registry().register(fleet.record(i)));
            }
            if (!all.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(all.getCount() + " services are not registered after a minute");
            }
            return registrations;
        }
    }

    @Override
    public Findings run(Scale scale) throws Exception {
        List<Line> lines = new ArrayList<>(oneByOne(scale));
        lines.add(many(scale));
        return new Findings(lines, List.of());
    }

    private static List<Line> oneByOne(Scale scale) throws Exception {
        FleetData raws = FleetData.in("raw");
        FleetData ours = FleetData.in("ours");
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                Node node = new Node(etcd.url(), "ours");
                TestingServer zookeeper = new TestingServer();
                CuratorPeer curator = new CuratorPeer(zookeeper.getConnectString())) {
            long lease = raw.grantLease(600);
            int calls = scale.calls() / 2;
            Registrations registrations = new Registrations(node, ours);
            int[] next = new int[3];
            registrations.register(next[0]++);
            Turns turns = new Turns()
                    .side("raw", round -> {
                        List<TxnRequest> requests = IntStream.range(0, calls)
                                .mapToObj(i -> RawEtcd.request(raws.registration(next[1]++, lease))).toList();
                        return Turns.each(calls, i -> raw.commit(requests.get(i)));
                    })
                    .side("ours", round -> Turns.each(calls, i -> registrations.register(next[0]++)))
                    .side("curator", round -> Turns.each(calls, i -> curator.discovery()
                            .registerService(CuratorPeer.instance("instance-" + next[2]++))))
                    .run(3, scale.repetitions());
            EtcdCounters counters = new EtcdCounters(etcd.url());
            long before = counters.transactions();
            registrations.registerAll(next[0], COUNTED);
            Figure trips = Figure.of((counters.transactions() - before) / (double) COUNTED);
            return List.of(
                    Line.ratio("register one new service", turns.figure("ours"), "raw transaction of the same keys",
                            turns.figure("raw"), "us", 1e3, Bar.atMost(1.3)),
                    Line.absolute("register one new service, transactions", trips, trips.median(), "each",
                            "counted by etcd", Bar.atMost(1)),
                    Line.ratio("register one new service", turns.figure("ours"), "Curator registerService",
                            turns.figure("curator"), "us", 1e3, Bar.atMost(1)));
        }
    }

    private static Line many(Scale scale) throws Exception {
        int services = scale.services();
        try (EtcdServer etcd = EtcdServer.started(); RawEtcd raw = new RawEtcd(etcd.url())) {
            long lease = raw.grantLease(600);
            Turns turns = new Turns()
                    .side("raw", round -> {
                        FleetData fleet = FleetData.in("raw" + round);
                        List<TxnRequest> requests = IntStream.range(0, services)
                                .mapToObj(i -> RawEtcd.request(fleet.registration(i, lease))).toList();
                        return Turns.once(i -> raw.commitAll(requests, RawEtcd.IN_FLIGHT));
                    })
                    .side("ours", round -> {
                        FleetData fleet = FleetData.in("ours" + round);
                        try (Node node = new Node(etcd.url(), "ours" + round)) {
                            Registrations registrations = new Registrations(node, fleet);
                            registrations.register(services);
                            return Turns.once(i -> registrations.registerAll(0, services));
                        }
                    })
                    .run(2, scale.repetitions());
            return Line.speed("register 5,000 services from one process", turns.figure("ours"),
                    "raw pipelined transactions", turns.figure("raw"), "ms", 1e6, Bar.atLeast(0.7));
        }
    }
}
