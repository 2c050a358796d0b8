package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.Worker;

/** The Lively of the build that this class is compiled with. */
public final class LivelySubject implements Subject {

    private final String url;
    private final FleetData fleet;
    private final Platform platform;
    /** Of the views. It is kept, since a new view of an application needs no new connection either. */
    private EtcdConnection etcd;
    private Node node;
    private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();
    private final Map<Integer, Registration> registered = new ConcurrentHashMap<>();

    /**
     * Found by reflection, also in the base build.
     *
     * @param handOvers counts the tasks that are handed over to another thread
     */
    public LivelySubject(String url, String namespace, LongAdder handOvers) {
        this.url = url;
        this.platform = new CountingPlatform(handOvers);
        fleet = FleetData.in(namespace);
    }

    @Override
    public boolean isUp(String uuid) {
        return node().registry().isUp(uuid);
    }

    @Override
    public boolean isUp(String type, String host) {
        return node().registry().isUp(type, host);
    }

    @Override
    public int list() {
        return node().registry().list(ServiceQuery.all()).size();
    }

    @Override
    public void register(int first, int count) throws InterruptedException {
        CountDownLatch all = new CountDownLatch(count);
        for (int i = first; i < first + count; i++) {
            awaited.put(fleet.uuid(i), all);
            registered.put(i, node().registry().register(fleet.definition(i)));
        }
        if (!all.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(all.getCount() + " services are not registered after a minute");
        }
    }

    @Override
    public void stop(int number) {
        registered.remove(number).close();
    }

    @Override
    public AutoCloseable onDown(Runnable listener) throws InterruptedException {
        return subscribed(callback -> node().registry().watch(ServiceQuery.all(), callback), event -> {
            if (Events.current(event).filter(service -> service.liveness() == Liveness.DOWN).isPresent()) {
                listener.run();
            }
        });
    }

    @Override
    public Reads mapGet(String[] uuids) {
        ConcurrentHashMap<String, Boolean> map = new ConcurrentHashMap<>();
        // Strings of its own, as those of a view are.
        Arrays.stream(uuids).forEach(uuid -> map.put(new String(uuid.toCharArray()), true));
        int[] order = shuffled(uuids.length);
        return (first, calls) -> {
            int up = 0;
            int next = first % order.length;
            for (int i = 0; i < calls; i++) {
                if (map.get(uuids[order[next]])) {
                    up++;
                }
                next = next + 1 < order.length ? next + 1 : 0;
            }
            return up;
        };
    }

    @Override
    public View view() {
        return inOwnLoader(OpenView::new);
    }

    @Override
    public synchronized void close() {
        if (node != null) {
            node.close();
        }
        if (etcd != null) {
            etcd.close();
        }
    }

    /** Starts with the first use, so that the memory of a view is measured without it. */
    private synchronized Node node() {
        if (node == null) {
            node = inOwnLoader(() -> new Node(url, fleet.layout().namespace(), platform));
            node.onChange(change -> {
                CountDownLatch latch = awaited.get(change.registration().record().uuid());
                if (change.current() == RegistrationState.REGISTERED && latch != null) {
                    latch.countDown();
                }
            });
        }
        return node;
    }

    private synchronized EtcdConnection etcd() {
        if (etcd == null) {
            etcd = inOwnLoader(() -> Node.connect(url, platform));
        }
        return etcd;
    }

    /** An order in which no cache foresees the next one, wherever the garbage collector moves the strings to. */
    private static int[] shuffled(int count) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(all, new Random(1));
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Libraries look for their services with the loader of the thread, and must not find those of the other build. */
    private static <T> T inOwnLoader(Supplier<T> making) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(LivelySubject.class.getClassLoader());
        try {
            return making.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private interface Watchable {

        Subscription watch(Consumer<LivenessEvent> callback);
    }

    private static AutoCloseable subscribed(Watchable watchable, Consumer<LivenessEvent> changed) throws InterruptedException {
        CountDownLatch complete = new CountDownLatch(1);
        Subscription subscription = watchable.watch(event -> {
            if (event instanceof SnapshotEnd) {
                complete.countDown();
            } else if (event instanceof ServiceChanged) {
                changed.accept(event);
            }
        });
        complete.await();
        return subscription::close;
    }

    private final class OpenView implements View {

        private final Worker worker = platform.worker("view");
        private final LocalView view = new LocalView(new RegistryFeed(etcd(), fleet.layout()), new Replica(fleet.layout()),
                worker, platform.pool(), platform.random(), Node.view(), LivelyMetrics.NONE);

        OpenView() {
            view.awaitReady().await().atMost(Duration.ofMinutes(2));
        }

        @Override
        public boolean isUp(String uuid) {
            return view.isUp(uuid);
        }

        @Override
        public Reads isUp(String[] uuids) {
            int[] order = shuffled(uuids.length);
            return (first, calls) -> {
                int up = 0;
                int next = first % order.length;
                for (int i = 0; i < calls; i++) {
                    if (view.isUp(uuids[order[next]])) {
                        up++;
                    }
                    next = next + 1 < order.length ? next + 1 : 0;
                }
                return up;
            };
        }

        @Override
        public Reads list(String[] regions) {
            ServiceQuery[] queries = Arrays.stream(regions).map(ServiceQuery::ofRegions).toArray(ServiceQuery[]::new);
            int[] order = shuffled(queries.length);
            return (first, calls) -> {
                long listed = 0;
                int next = first % order.length;
                for (int i = 0; i < calls; i++) {
                    listed += view.list(queries[order[next]]).size();
                    next = next + 1 < order.length ? next + 1 : 0;
                }
                return listed;
            };
        }

        @Override
        public AutoCloseable watch(IntConsumer changes) throws InterruptedException {
            return subscribed(callback -> view.watch(ServiceQuery.all(), callback),
                    event -> changes.accept(Events.coalesced(event)));
        }

        @Override
        public void close() {
            view.close().join();
            worker.close();
        }
    }
}
