package io.quarkiverse.lively.benchmark;

import java.util.HashSet;
import java.util.Set;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.details.ServiceCacheListener;

import io.etcd.jetcd.api.Event;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;

/**
 * Another process, which says when it hears that a service has stopped, by the monotonic clock that all processes of a machine
 * share. Its arguments: whose way to hear of it, where, and the namespace.
 */
final class StopSubscriber {

    static final String READY = "ready";

    private StopSubscriber() {
    }

    public static void main(String[] arguments) throws Exception {
        Benchmarks.quiet();
        switch (arguments[0]) {
            case "lively" -> lively(arguments[1], arguments[2]);
            case "raw" -> raw(arguments[1], arguments[2]);
            default -> curator(arguments[1]);
        }
        System.out.println(READY);
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void lively(String url, String namespace) {
        Node node = new Node(url, namespace);
        node.liveView().awaitReady().await().indefinitely();
        node.registry().watch(ServiceQuery.all(), StopSubscriber::hear);
    }

    private static void hear(LivenessEvent event) {
        long now = System.nanoTime();
        if (event instanceof ServiceChanged
                && Events.current(event).filter(service -> service.liveness() == Liveness.DOWN).isPresent()) {
            System.out.println(now);
        }
    }

    private static void raw(String url, String namespace) throws InterruptedException {
        FleetData fleet = FleetData.in(namespace);
        new RawEtcd(url).watch(fleet.from(), fleet.to(), response -> {
            long now = System.nanoTime();
            // Of a stop: its claim goes.
            if (response.getEventsList().stream().anyMatch(event -> event.getType() == Event.EventType.DELETE
                    && event.getKv().getKey().toStringUtf8().contains("/by-owner/"))) {
                System.out.println(now);
            }
        });
    }

    private static void curator(String connect) throws Exception {
        ServiceCache<Void> cache = new CuratorPeer(connect).cache();
        cache.addListener(new ServiceCacheListener() {

            private final Set<String> present = new HashSet<>();

            @Override
            public void cacheChanged() {
                long now = System.nanoTime();
                Set<String> before = Set.copyOf(present);
                present.clear();
                cache.getInstances().stream().map(ServiceInstance::getId).forEach(present::add);
                if (!present.containsAll(before)) {
                    System.out.println(now);
                }
            }

            @Override
            public void stateChanged(CuratorFramework client, ConnectionState state) {
            }
        });
    }
}
