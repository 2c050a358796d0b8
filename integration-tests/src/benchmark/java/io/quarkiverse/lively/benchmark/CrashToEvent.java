package io.quarkiverse.lively.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchResponse;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * From SIGKILL of a process to when a listener in another process is notified that its services are gone. A raw watch of the same
 * keys receives the same crash: the pair of both times shows the part of Lively. The rest is the part of etcd and of the TTL.
 */
final class CrashToEvent implements Experiment {

    private static final List<Integer> TTLS = List.of(2, 5, 10);
    private static final int LEASES = 50;
    private static final String OWNER = "/by-owner/";

    private final Map<String, Long> notified = new ConcurrentHashMap<>();
    private final Map<String, Long> watched = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

    @Override
    public Findings run(Run run) throws Exception {
        Map<Integer, List<double[]>> delays = new LinkedHashMap<>();
        TTLS.forEach(ttl -> delays.put(ttl, new ArrayList<>()));
        List<Double> behind = new ArrayList<>();
        FleetData fleet = FleetData.in("");
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                AutoCloseable watch = raw.watch(fleet.from(), fleet.to(), this::watched);
                Node node = new Node(etcd.url(), "")) {
            node.registry().watch(ServiceQuery.all(), this::notified);
            int next = 0;
            for (int round = 0; round < run.scale().crashes(); round++) {
                CountDownLatch all = new CountDownLatch(2 * TTLS.size() * LEASES);
                Map<Integer, Integer> firsts = new LinkedHashMap<>();
                Map<Integer, ChildJvm> processes = new LinkedHashMap<>();
                Map<Integer, Long> killed = new LinkedHashMap<>();
                for (int ttl : TTLS) {
                    firsts.put(ttl, next);
                    IntStream.range(next, next + LEASES).forEach(i -> awaited.put(fleet.uuid(i), all));
                    processes.put(ttl, ChildJvm.start(LeaseHolders.class, etcd.url(), Integer.toString(ttl),
                            Integer.toString(next), Integer.toString(LEASES)));
                    next += LEASES;
                }
                for (int ttl : TTLS) {
                    processes.get(ttl).awaitLine(LeaseHolders.READY);
                    killed.put(ttl, System.nanoTime());
                    processes.get(ttl).kill();
                }
                if (!all.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(all.getCount() + " events are still missing a minute after the crash");
                }
                for (int ttl : TTLS) {
                    processes.get(ttl).close();
                    List<String> uuids = IntStream.range(firsts.get(ttl), firsts.get(ttl) + LEASES).mapToObj(fleet::uuid)
                            .toList();
                    delays.get(ttl).add(uuids.stream().mapToDouble(uuid -> (notified.get(uuid) - killed.get(ttl)) / 1e9 - ttl)
                            .toArray());
                    behind.add(Statistics.median(uuids.stream()
                            .mapToDouble(uuid -> (notified.get(uuid) - watched.get(uuid)) / 1e6).toArray()));
                }
            }
        }
        List<Line> lines = new ArrayList<>(TTLS.stream().map(ttl -> line(ttl, delays.get(ttl))).toList());
        lines.add(new Line("crash to event, behind the raw watch", "raw watch, same crash",
                Estimate.of(behind.stream().mapToDouble(Double::doubleValue).toArray(), Statistics.confidence(1)), "ms",
                "median of the " + LEASES + " leases of each crash", Optional.empty(), Counts.NONE, Counts.NONE));
        return Findings.of(lines);
    }

    private static Line line(int ttl, List<double[]> beyondTtl) {
        double[] worst = beyondTtl.stream().mapToDouble(delays -> Statistics.percentile(delays, 100)).toArray();
        double[] all = beyondTtl.stream().flatMapToDouble(DoubleStream::of).toArray();
        return Line.absolute("crash to event, TTL " + ttl + " s, " + LEASES + " leases at once: worst, beyond the TTL",
                Estimate.worst(worst), "s", "median " + Line.number(Statistics.median(all)) + " s beyond the TTL",
                Bar.atMost(1));
    }

    private void notified(LivenessEvent event) {
        if (event instanceof ServiceChanged
                && Events.current(event).filter(service -> service.liveness() == Liveness.EXPIRED).isPresent()) {
            seen(notified, Events.current(event).get().uuid());
        }
    }

    private void watched(WatchResponse response) {
        for (Event event : response.getEventsList()) {
            String key = event.getKv().getKey().toStringUtf8();
            if (event.getType() == Event.EventType.DELETE && key.contains(OWNER)) {
                seen(watched, key.substring(key.indexOf(OWNER) + OWNER.length()));
            }
        }
    }

    private void seen(Map<String, Long> times, String uuid) {
        if (times.putIfAbsent(uuid, System.nanoTime()) == null) {
            awaited.get(uuid).countDown();
        }
    }
}
