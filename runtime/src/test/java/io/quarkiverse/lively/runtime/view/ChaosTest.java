package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessEvent.Kind;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.ModRevisionIs;
import io.quarkiverse.lively.runtime.etcd.Transaction.Operation;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;

/**
 * Eight writers change fifty services at random while the views are cut off, compacted under and reconnected. At the end every
 * view is what etcd has, and what its subscribers were told leads to the same. {@code -Dlively.chaos.seeds=100
 * -Dlively.chaos.seconds=20} for a long run, {@code -Dlively.chaos.seed=…} to repeat one.
 */
class ChaosTest {

    private static final int SERVICES = 50;
    private static final int WRITERS = 8;
    private static final int VIEWS = 3;
    private static final List<ServiceQuery> QUERIES = List.of(ServiceQuery.all(), ServiceQuery.liveness(Liveness.UP),
            ServiceQuery.types("t0", "t1").withRegions("r0"));

    private final KeyLayout layout = new KeyLayout("");
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicLong compacted = new AtomicLong();

    @Test
    void atTheEndEveryViewIsWhatEtcdHas() throws Exception {
        int seeds = Integer.getInteger("lively.chaos.seeds", 2);
        Duration time = Duration.ofSeconds(Integer.getInteger("lively.chaos.seconds", 3));
        for (int i = 0; i < seeds; i++) {
            long seed = Long.getLong("lively.chaos.seed", System.nanoTime());
            System.out.printf("chaos seed %d%n", seed);
            try {
                run(seed, time);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** A view, behind what cuts it off, and what three subscribers of it were told; the last of them is slow. */
    private record Watched(CutProxy proxy, LocalView view, List<List<LivenessEvent>> told) {
    }

    private void run(long seed, Duration time) throws Exception {
        Random random = new Random(seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CutProxy> proxies = new ArrayList<>();
        try (EtcdServer server = EtcdServer.started(); Views views = new Views()) {
            EtcdConnection etcd = views.connect(server.url());
            List<Watched> watched = new ArrayList<>();
            for (int i = 0; i < VIEWS; i++) {
                CutProxy proxy = new CutProxy(server.port());
                proxies.add(proxy);
                LocalView view = views.view(views.connect(proxy.url()), layout, new ViewSettings(Duration.ofSeconds(2),
                        Duration.ofMillis(200), Duration.ZERO, 20, Duration.ofMinutes(15), Duration.ofSeconds(2)));
                List<List<LivenessEvent>> told = new ArrayList<>();
                for (ServiceQuery query : QUERIES) {
                    told.add(listen(view, query, 0));
                    told.add(listen(view, query, 5));
                }
                watched.add(new Watched(proxy, view, told));
            }
            AtomicBoolean stop = new AtomicBoolean();
            List<Future<?>> running = new ArrayList<>();
            writes.set(0);
            compacted.set(1);
            for (int i = 0; i < WRITERS; i++) {
                Random its = new Random(random.nextLong());
                running.add(threads.submit(() -> {
                    while (!stop.get()) {
                        write(etcd, its);
                    }
                }));
            }
            Random trouble = new Random(random.nextLong());
            running.add(threads.submit(() -> {
                while (!stop.get()) {
                    makeTrouble(trouble, etcd, server, proxies);
                }
            }));
            Thread.sleep(time.toMillis());
            stop.set(true);
            for (Future<?> each : running) {
                each.get(30, TimeUnit.SECONDS);
            }
            proxies.forEach(CutProxy::acceptAgain);
            long last = new RawFleet(etcd, layout).register("last");
            for (Watched each : watched) {
                check(each, etcd, last);
            }
            int events = watched.stream().flatMap(each -> each.told().stream()).mapToInt(List::size).sum();
            long sums = watched.stream().flatMap(each -> each.told().stream()).flatMap(List::stream)
                    .filter(event -> event.coalesced() > 1).count();
            long resyncs = watched.stream().flatMap(each -> each.told().stream()).flatMap(List::stream)
                    .filter(event -> event.kind() == Kind.RESYNCED).count();
            System.out.printf("chaos: %d writes, %d events, %d of them sums, %d times resynced%n", writes.get(), events, sums,
                    resyncs);
        } finally {
            threads.shutdownNow();
            proxies.forEach(CutProxy::close);
        }
    }

    private static List<LivenessEvent> listen(LocalView view, ServiceQuery query, long delay) {
        List<LivenessEvent> events = java.util.Collections.synchronizedList(new ArrayList<>());
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

    private void check(Watched watched, EtcdConnection etcd, long last) {
        LocalView view = watched.view();
        Views.awaitRevision(view, last);
        Views.awaitState(view, Freshness.State.CURRENT);
        List<ServiceRecord> truth = new ServiceReader(etcd, layout).list(ServiceQuery.all()).join();
        assertEquals(truth, view.list(ServiceQuery.all()));
        for (ServiceRecord service : truth) {
            assertEquals(service, view.find(service.uuid()).orElseThrow());
            assertEquals(service, view.find(service.type(), service.host()).orElseThrow());
            assertEquals(service.isUp(), view.isUp(service.uuid()));
            assertEquals(service.isUp(), view.isUp(service.type(), service.host()));
        }
        for (int i = 0; i < SERVICES; i++) {
            for (int type = 0; type < 3; type++) {
                String host = "h" + i;
                ServiceQuery byName = ServiceQuery.types("t" + type).withHosts(host);
                assertEquals(truth.stream().filter(byName::matches).toList(), view.list(byName));
                assertEquals(truth.stream().filter(byName::matches).findAny(), view.find("t" + type, host));
            }
        }
        for (ServiceQuery query : List.of(ServiceQuery.types("t0"), ServiceQuery.types("t1", "t2"), ServiceQuery.regions("r0"),
                ServiceQuery.regions("r1", "r2"), ServiceQuery.hosts("h1"))) {
            assertEquals(truth.stream().filter(query::matches).toList(), view.list(query), query.toString());
        }
        for (int i = 0; i < watched.told().size(); i++) {
            List<LivenessEvent> told = watched.told().get(i);
            ServiceQuery query = QUERIES.get(i / 2);
            Map<String, ServiceRecord> expected = new TreeMap<>();
            truth.stream().filter(query::matches).forEach(service -> expected.put(service.uuid(), service));
            Views.eventually("a subscriber has been told everything",
                    () -> Views.replay(List.copyOf(told)).equals(expected));
            long before = 0;
            for (LivenessEvent event : List.copyOf(told)) {
                if (event.revision() < before) {
                    throw new AssertionError(event + " after revision " + before);
                }
                before = event.revision();
            }
        }
    }

    private void makeTrouble(Random random, EtcdConnection etcd, EtcdServer server, List<CutProxy> proxies) {
        CutProxy proxy = proxies.get(random.nextInt(proxies.size()));
        switch (random.nextInt(5)) {
            case 0, 1 -> proxy.cut();
            case 2 -> proxy.refuse();
            case 3 -> proxies.forEach(CutProxy::acceptAgain);
            default -> {
                long revision = etcd.commit(Transaction.read(List.of(ByteString.copyFromUtf8("/")))).join().revision();
                long upTo = revision - random.nextInt(20);
                // etcd refuses what is compacted already.
                if (upTo > compacted.getAndAccumulate(upTo, Math::max)) {
                    server.etcdctl("compact", Long.toString(upTo));
                }
            }
        }
        pause(random.nextInt(300));
    }

    private void write(EtcdConnection etcd, Random random) {
        String uuid = "u" + random.nextInt(SERVICES);
        List<ByteString> keys = List.of(layout.service(uuid), layout.owner(uuid), layout.state(uuid));
        try {
            Map<ByteString, KeyValue> seen = etcd.commit(Transaction.read(keys)).join().found();
            List<Transaction.Compare> guards = new ArrayList<>();
            keys.forEach(key -> guards.add(new ModRevisionIs(key, seen.containsKey(key) ? seen.get(key).modRevision() : 0)));
            List<Operation> writes = change(etcd, random, uuid, seen);
            if (!writes.isEmpty() && etcd.commit(new Transaction(guards, writes, List.of())).join().succeeded()) {
                this.writes.incrementAndGet();
            }
        } catch (java.util.concurrent.CompletionException e) {
            if (EtcdException.of(e).kind() != EtcdException.Kind.LEASE_NOT_FOUND) {
                throw e;
            }
        }
    }

    /** One of the transactions of protocol.md. */
    private List<Operation> change(EtcdConnection etcd, Random random, String uuid, Map<ByteString, KeyValue> seen) {
        RawFleet fleet = new RawFleet(etcd, layout);
        KeyValue stored = seen.get(layout.service(uuid));
        Service former = stored == null ? null : parse(stored.value());
        List<Operation> writes = new ArrayList<>();
        int what = random.nextInt(10);
        if (former == null || what < 4) {
            // Registers, perhaps under another name.
            Service now = Service.newBuilder().setUuid(uuid).setType("t" + random.nextInt(3)).setHost("h" + uuid.substring(1))
                    .setRegion("r" + random.nextInt(3)).setStatus(Status.UP).build();
            writes.addAll(List.of(fleet.registration(now, random.nextBoolean() ? fleet.lease() : 0, "i" + random.nextInt(3))));
            if (former != null && !(former.getType() + former.getHost()).equals(now.getType() + now.getHost())) {
                writes.add(new Delete(layout.typeHost(former.getType(), former.getHost())));
            }
            if (former != null && !former.getRegion().equals(now.getRegion())) {
                writes.add(new Delete(layout.region(former.getRegion(), uuid)));
            }
        } else if (what < 6) {
            writes.addAll(List.of(new Put(stored.key(), former.toBuilder().setStatus(Status.DOWN)
                    .setMaintenanceNote("n" + random.nextInt()).build().toByteString(), 0),
                    new Put(layout.down(uuid), ByteString.EMPTY, 0),
                    new Put(layout.state(uuid), RawFleet.state(Reason.OPERATOR), 0), new Delete(layout.up(uuid))));
        } else if (what < 7) {
            // Without a state, as os-lively does.
            writes.addAll(List.of(new Put(stored.key(), former.toBuilder().setStatus(Status.UP).build().toByteString(), 0),
                    new Put(layout.up(uuid), ByteString.EMPTY, 0)));
        } else if (what < 9) {
            writes.addAll(List.of(new Delete(stored.key()), new Delete(layout.up(uuid)), new Delete(layout.down(uuid)),
                    new Delete(layout.owner(uuid)), new Delete(layout.state(uuid)),
                    new Delete(layout.typeHost(former.getType(), former.getHost())),
                    new Delete(layout.region(former.getRegion(), uuid))));
        } else if (seen.containsKey(layout.owner(uuid)) && seen.get(layout.owner(uuid)).lease() != 0) {
            // A crash.
            CompletableFuture<Void> revoked = etcd.revokeLease(seen.get(layout.owner(uuid)).lease());
            revoked.join();
        }
        return writes;
    }

    private static Service parse(ByteString value) {
        try {
            return Service.parseFrom(value);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
