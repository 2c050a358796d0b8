package io.quarkiverse.lively.runtime.view;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkiverse.lively.test.Events;

/** Views on a real etcd, with everything that they need, until they are closed. */
final class Views implements AutoCloseable {

    static final ViewSettings SETTINGS = new ViewSettings(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ZERO, 1000,
            Duration.ofMinutes(15), Duration.ofSeconds(2));

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    EtcdConnection connect(String url) {
        EtcdConnection etcd = new EtcdConnection(new EtcdSettings(List.of(URI.create(url)), Duration.ofSeconds(2),
                Duration.ofSeconds(2), Duration.ofSeconds(2)), new SystemPlatform());
        open.add(0, etcd);
        return etcd;
    }

    LocalView view(Etcd etcd, KeyLayout layout) {
        return view(etcd, layout, SETTINGS);
    }

    LocalView view(Etcd etcd, KeyLayout layout, ViewSettings settings) {
        Worker worker = new SystemPlatform().worker("view");
        LocalView view = new LocalView(new RegistryFeed(etcd, layout), new Replica(layout), worker, pool, new Random(),
                settings, LivelyMetrics.NONE);
        open.add(0, worker);
        open.add(0, () -> view.close().get(5, TimeUnit.SECONDS));
        return view;
    }

    LocalView readyView(Etcd etcd, KeyLayout layout) {
        LocalView view = view(etcd, layout);
        view.awaitReady().await().atMost(Duration.ofSeconds(10));
        awaitState(view, Freshness.State.CURRENT);
        return view;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        pool.shutdownNow();
    }

    static void eventually(String what, BooleanSupplier condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10))
                .until(condition::getAsBoolean);
    }

    static void awaitState(LocalView view, Freshness.State state) {
        eventually("the view is " + state, () -> view.freshness().state() == state);
    }

    static void awaitRevision(LocalView view, long revision) {
        eventually("the view is at " + revision, () -> view.freshness().revision() >= revision);
    }

    /** Everything that a listener was told. */
    static List<LivenessEvent> record(LocalView view, ServiceQuery query) {
        List<LivenessEvent> events = new CopyOnWriteArrayList<>();
        view.watch(query, events::add);
        eventually("the snapshot", () -> events.stream().anyMatch(event -> event instanceof SnapshotEnd));
        return events;
    }

    static List<LivenessEvent> changes(List<LivenessEvent> events) {
        return events.stream().filter(event -> !Events.isOfSnapshot(event)).toList();
    }

    /** What there is after these events. Fails if one does not follow from those before it. */
    static Map<String, ServiceRecord> replay(List<LivenessEvent> events) {
        Map<String, ServiceRecord> state = new TreeMap<>();
        for (LivenessEvent event : events) {
            String uuid = Events.service(event).map(ServiceRecord::uuid).orElse(null);
            if (uuid == null) {
                continue;
            }
            if (!Events.previous(event).equals(java.util.Optional.ofNullable(state.get(uuid)))) {
                throw new AssertionError("previous of " + event + " is not " + state.get(uuid));
            }
            Events.current(event).ifPresentOrElse(current -> state.put(uuid, current), () -> state.remove(uuid));
        }
        return state;
    }
}
