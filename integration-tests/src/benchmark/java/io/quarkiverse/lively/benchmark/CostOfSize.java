package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.test.EtcdServer;

/** What the same work costs in fleets of different sizes; of each size by turns. */
final class CostOfSize implements Experiment {

    private final Map<String, Turns> works = new LinkedHashMap<>();

    @Override
    public Findings run(Scale scale) throws Exception {
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            List<Node> nodes = new ArrayList<>();
            for (int size : scale.sizes()) {
                FleetData fleet = FleetData.in("n" + size);
                fleet.write(raw, size);
                Node node = new Node(etcd.url(), "n" + size);
                nodes.add(node);
                node.liveView().awaitReady().await().indefinitely();
                prepare(scale, size, fleet, node);
            }
            for (Turns turns : works.values()) {
                turns.run(1, scale.repetitions());
            }
            nodes.forEach(Node::close);
        }
        List<Growth> growth = new ArrayList<>();
        works.forEach((work, turns) -> {
            TreeMap<Integer, Double> costs = new TreeMap<>();
            scale.sizes().forEach(size -> costs.put(size, turns.figure("" + size).median() / 1e3));
            growth.add(new Growth(work, "us", costs));
        });
        return new Findings(List.of(), growth);
    }

    private void prepare(Scale scale, int size, FleetData fleet, Node node) throws Exception {
        LivenessRegistry registry = node.registry();
        int calls = scale.calls() / 5;
        work("isUp(uuid), linearizable").side("" + size,
                round -> Turns.each(calls, i -> RemoteReads.present(registry.isUp(fleet.uuid(i % size)))));
        work("isUp(type, host), steady state").side("" + size, round -> Turns.each(calls,
                i -> RemoteReads.present(registry.isUp(fleet.type(i % size), fleet.host(i % size)))));
        Registering.Registrations registrations = new Registering.Registrations(node, fleet);
        int[] next = { size };
        registrations.register(next[0]++);
        work("register one new service").side("" + size,
                round -> Turns.each(calls / 4, i -> registrations.register(next[0]++)));
        work("clean stop to the event, in one process").side("" + size,
                round -> stopToEvent(calls / 4, node, registrations, next));
        work("registry list of all").side("" + size,
                round -> Turns.once(i -> RemoteReads.present(registry.list(ServiceQuery.all()).size() >= size)));
    }

    private static double[] stopToEvent(int stops, Node node, Registering.Registrations registrations, int[] next)
            throws Exception {
        List<Registration> registered = registrations.registerAll(next[0], stops);
        next[0] += stops;
        List<CountDownLatch> heard = IntStream.range(0, stops).mapToObj(i -> new CountDownLatch(1)).toList();
        int[] told = new int[1];
        CountDownLatch begun = new CountDownLatch(1);
        Thread.sleep(200);
        try (Subscription subscription = node.registry().watch(ServiceQuery.all(), event -> {
            if (event.kind() == LivenessEvent.Kind.SNAPSHOT_END) {
                begun.countDown();
            } else if (event.kind() == LivenessEvent.Kind.CHANGED
                    && event.current().filter(service -> service.liveness() == Liveness.DOWN).isPresent()) {
                heard.get(told[0]++).countDown();
            }
        })) {
            begun.await();
            return Turns.each(stops, i -> {
                registered.get(i).close();
                heard.get(i).await();
            });
        }
    }

    private Turns work(String name) {
        return works.computeIfAbsent(name, key -> new Turns());
    }
}
