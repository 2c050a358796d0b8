package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.test.EtcdServer;

/** From SIGKILL of a process to when another one hears that its services are gone. */
final class CrashToEvent implements Experiment {

    private static final List<Integer> TTLS = List.of(2, 5, 10);
    private static final int LEASES = 50;

    @Override
    public Findings run(Scale scale) throws Exception {
        Map<Integer, List<double[]>> delays = new LinkedHashMap<>();
        TTLS.forEach(ttl -> delays.put(ttl, new ArrayList<>()));
        FleetData fleet = FleetData.in("");
        try (EtcdServer etcd = EtcdServer.started(); Node node = new Node(etcd.url(), "")) {
            Map<String, Long> heard = new ConcurrentHashMap<>();
            Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();
            node.registry().watch(ServiceQuery.all(), event -> {
                if (event.kind() == LivenessEvent.Kind.CHANGED
                        && event.current().filter(service -> service.liveness() == Liveness.EXPIRED).isPresent()) {
                    String uuid = event.current().get().uuid();
                    if (heard.putIfAbsent(uuid, System.nanoTime()) == null) {
                        awaited.get(uuid).countDown();
                    }
                }
            });
            int next = 0;
            for (int round = 0; round < scale.repetitions(); round++) {
                CountDownLatch all = new CountDownLatch(TTLS.size() * LEASES);
                Map<Integer, Integer> firsts = new LinkedHashMap<>();
                Map<Integer, ChildJvm> processes = new LinkedHashMap<>();
                Map<Integer, Long> killed = new LinkedHashMap<>();
                for (int ttl : TTLS) {
                    firsts.put(ttl, next);
                    IntStream.range(next, next + LEASES).forEach(i -> awaited.put(fleet.uuid(i), all));
                    processes.put(ttl, new ChildJvm(LeaseHolders.class, etcd.url(), Integer.toString(ttl),
                            Integer.toString(next), Integer.toString(LEASES)));
                    next += LEASES;
                }
                for (int ttl : TTLS) {
                    processes.get(ttl).awaitLine(LeaseHolders.READY);
                    killed.put(ttl, System.nanoTime());
                    processes.get(ttl).kill();
                }
                if (!all.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(all.getCount() + " services are still there a minute after the crash");
                }
                for (int ttl : TTLS) {
                    processes.get(ttl).close();
                    delays.get(ttl).add(IntStream.range(firsts.get(ttl), firsts.get(ttl) + LEASES)
                            .mapToDouble(i -> (heard.get(fleet.uuid(i)) - killed.get(ttl)) / 1e9 - ttl).toArray());
                }
            }
        }
        return new Findings(TTLS.stream().map(ttl -> line(ttl, new Figure(delays.get(ttl)))).toList(), List.of());
    }

    private static Line line(int ttl, Figure beyondTtl) {
        Figure worst = Figure.of(beyondTtl.mosts());
        return Line.absolute("crash to event, TTL " + ttl + " s, " + LEASES + " leases at once: worst, beyond the TTL", worst,
                worst.most(), "s", "median " + Line.number(beyondTtl.median()) + " s beyond the TTL",
                Bar.atMost(1));
    }
}
