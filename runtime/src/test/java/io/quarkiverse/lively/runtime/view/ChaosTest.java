package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkiverse.lively.test.RegistryContents;

/**
 * Eight writers change fifty services at random while the views are cut off, compacted under and reconnected. Some
 * of the services are owned by processes that are cut off, too, and that register, close and die all the time.
 * Whenever somebody looks, the keys agree with each other. At the end every owner says what etcd has, every view is
 * what etcd has, and what its subscribers were told leads to the same. {@code -Dlively.chaos.seeds=100
 * -Dlively.chaos.seconds=20} for a long run, {@code -Dlively.chaos.seed=…} to repeat one.
 */
@NeedsProgram("etcd")
class ChaosTest {

    private static final int WRITERS = 6;
    private static final int OTHER_CLIENTS = 2;
    private static final int VIEWS = 3;
    private static final Duration SHORT_TTL = Duration.ofSeconds(2);
    private static final Duration LONG_TTL = Duration.ofSeconds(60);
    private static final List<ServiceQuery> QUERIES = List.of(ServiceQuery.all(), ServiceQuery.ofLiveness(Liveness.UP),
            ServiceQuery.ofTypes("t0", "t1").withRegions("r0"));

    private final KeyLayout layout = new KeyLayout("");
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void anyThreadMayBlock() {
        Configured.anyThreadMayBlock();
    }

    @Test
    void atTheEndEverybodySaysWhatEtcdHas() throws Exception {
        int seeds = Integer.getInteger("lively.chaos.seeds", 1);
        Duration time = Duration.ofSeconds(Integer.getInteger("lively.chaos.seconds", 3));
        for (int i = 0; i < seeds; i++) {
            long seed = Long.getLong("lively.chaos.seed", System.nanoTime());
            System.out.printf("chaos seed %d%n", seed);
            try {
                run(new Dice(new Random(seed)), time);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        threads.shutdownNow();
    }

    /** A view, and what its subscribers were told; every second of them is slow. */
    private record Watched(LocalView view, List<List<LivenessEvent>> told) {
    }

    private void run(Dice dice, Duration time) throws Exception {
        Tally tally = new Tally();
        List<CutProxy> proxies = new ArrayList<>();
        List<ChaosOwner> owners = new ArrayList<>();
        try (EtcdServer server = EtcdServer.started(); Views views = new Views()) {
            Etcd etcd = views.connect(server.url());
            List<Watched> watched = new ArrayList<>();
            for (int i = 0; i < VIEWS; i++) {
                watched.add(watched(views, connectThroughProxy(views, server, proxies)));
            }
            // Some services have two owners.
            for (int first : List.of(0, 7)) {
                owners.add(new ChaosOwner(connectThroughProxy(views, server, proxies), layout, first, 10, dice.another(),
                        tally));
            }
            List<Runnable> changes = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                changes.add(new ChaosWriter(etcd, layout, i % 2 == 0 ? SHORT_TTL : LONG_TTL, dice.another(), tally)::change);
            }
            for (int i = 0; i < OTHER_CLIENTS; i++) {
                changes.add(new OtherClient(etcd, layout, dice.another(), tally)::change);
            }
            owners.forEach(owner -> changes.add(owner::change));
            Trouble trouble = new Trouble(etcd, server, proxies, dice.another());
            changes.add(trouble::make);
            repeat(changes, time);

            proxies.forEach(CutProxy::acceptAgain);
            eventually(() -> checkOwners(etcd, owners));
            owners.forEach(ChaosOwner::countStates);
            for (Watched each : watched) {
                eventually(() -> check(each, etcd));
            }
            ServiceWriter writer = new ServiceWriter(etcd, layout, new SystemPlatform(), "operator");
            new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join()
                    .forEach(service -> tally.attempt("last up", () -> writer.up(service.uuid()).join()));
            eventually(() -> owners.forEach(ChaosOwner::assertNothingIsHeld));
            eventually(() -> checkOwners(etcd, owners));
            for (Watched each : watched) {
                eventually(() -> check(each, etcd));
            }
            System.out.printf("chaos: %s%n%s%n", tally, summary(watched));
        } finally {
            owners.forEach(ChaosOwner::close);
            proxies.forEach(CutProxy::close);
        }
    }

    private static Etcd connectThroughProxy(Views views, EtcdServer server, List<CutProxy> proxies) {
        CutProxy proxy = new CutProxy(server.port());
        proxies.add(proxy);
        return views.connect(proxy.url());
    }

    private Watched watched(Views views, Etcd etcd) {
        LocalView view = views.view(etcd, layout, new ViewSettings(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ZERO,
                20, Duration.ofMinutes(15), Duration.ofSeconds(2)));
        List<List<LivenessEvent>> told = new ArrayList<>();
        for (ServiceQuery query : QUERIES) {
            told.add(listen(view, query, 0));
            told.add(listen(view, query, 5));
        }
        return new Watched(view, told);
    }

    /** All of them at once, each on its own thread, again and again for that time. The first failure ends it. */
    private void repeat(List<Runnable> changes, Duration time) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<?>> running = changes.stream().<Future<?>> map(change -> threads.submit(() -> {
            while (!stop.get()) {
                change.run();
            }
        })).toList();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && running.stream().noneMatch(Future::isDone)) {
            Thread.sleep(20);
        }
        stop.set(true);
        for (Future<?> each : running) {
            each.get(30, TimeUnit.SECONDS);
        }
    }

    private static List<LivenessEvent> listen(LocalView view, ServiceQuery query, long delay) {
        List<LivenessEvent> events = Collections.synchronizedList(new ArrayList<>());
        view.watch(query, event -> {
            events.add(event);
            try {
                Thread.sleep(delay);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return events;
    }

    /** Leases run out and maintenances end for some time still. */
    private static void eventually(ThrowingRunnable assertions) {
        Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(100, TimeUnit.MILLISECONDS).untilAsserted(assertions);
    }

    private static void checkOwners(Etcd etcd, List<ChaosOwner> owners) {
        RegistryContents contents = RegistryContents.read(etcd);
        contents.assertConsistent();
        owners.forEach(owner -> owner.assertSettled(contents));
        contents.claims().stream().flatMap(claim -> ChaosOwner.mark(claim).stream()).forEach(mark -> assertTrue(
                owners.stream().anyMatch(owner -> owner.hasOpen(mark)), "whoever had claim " + mark + " has given it up"));
    }

    private void check(Watched watched, Etcd etcd) {
        LocalView view = watched.view();
        assertEquals(Freshness.State.CURRENT, view.freshness().state());
        List<ServiceRecord> truth = new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join();
        assertEquals(truth, view.list(ServiceQuery.all()));
        for (ServiceRecord service : truth) {
            assertEquals(service, view.find(service.uuid()).orElseThrow());
            assertEquals(service, view.find(service.type(), service.host()).orElseThrow());
            assertEquals(service.isUp(), view.isUp(service.uuid()));
            assertEquals(service.isUp(), view.isUp(service.type(), service.host()));
        }
        for (int i = 0; i < Dice.SERVICES; i++) {
            for (int type = 0; type < Dice.TYPES; type++) {
                String host = Dice.host(i);
                ServiceQuery byName = ServiceQuery.ofTypes("t" + type).withHosts(host);
                assertEquals(truth.stream().filter(byName::matches).toList(), view.list(byName));
                assertEquals(truth.stream().filter(byName::matches).findAny(), view.find("t" + type, host));
            }
        }
        for (ServiceQuery query : List.of(ServiceQuery.ofTypes("t0"), ServiceQuery.ofTypes("t1", "t2"),
                ServiceQuery.ofRegions("r0"),
                ServiceQuery.ofRegions("r1", "r2"), ServiceQuery.ofHosts("h1"))) {
            assertEquals(truth.stream().filter(query::matches).toList(), view.list(query), query.toString());
        }
        for (int i = 0; i < watched.told().size(); i++) {
            List<LivenessEvent> told = List.copyOf(watched.told().get(i));
            ServiceQuery query = QUERIES.get(i / 2);
            Map<String, ServiceRecord> expected = new TreeMap<>();
            truth.stream().filter(query::matches).forEach(service -> expected.put(service.uuid(), service));
            assertEquals(expected, Views.replay(told));
            long before = 0;
            for (LivenessEvent event : told) {
                assertTrue(event.revision() >= before, event + " after revision " + before);
                before = event.revision();
            }
        }
    }

    private static String summary(List<Watched> watched) {
        List<LivenessEvent> events = watched.stream().flatMap(each -> each.told().stream())
                .flatMap(told -> List.copyOf(told).stream()).toList();
        return String.format("chaos: %d events, %d of them sums, %d times resynced", events.size(),
                events.stream().filter(event -> Events.coalesced(event) > 1).count(),
                events.stream().filter(event -> event instanceof Resynced).count());
    }
}
