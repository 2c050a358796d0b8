package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.Transaction.Delete;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;

/** The view on an etcd that answers. Each test has a registry of its own. */
@NeedsProgram("etcd")
class ViewTest {

    private static final AtomicInteger REGISTRIES = new AtomicInteger();

    private static EtcdServer server;

    private final Views views = new Views();
    private final KeyLayout layout = new KeyLayout("view" + REGISTRIES.incrementAndGet());
    private final EtcdConnection etcd = views.connect(server.url());
    private final RawFleet fleet = new RawFleet(etcd, layout);

    @BeforeAll
    static void start() {
        server = EtcdServer.started();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @AfterEach
    void close() throws Exception {
        views.close();
    }

    @Test
    void beforeTheFirstListNothingIsKnown() {
        LocalView view = views.view(etcd, layout);
        fleet.register("u");
        assertEquals(Optional.of(Liveness.UNKNOWN), view.liveness("u"), "this call starts it");
        assertEquals(Freshness.State.LOADING, views.view(etcd, layout).freshness().state());
        Views.eventually("it loads", () -> view.liveness("u").equals(Optional.of(Liveness.UP)));
        assertEquals(Optional.empty(), view.liveness("nobody"));
    }

    @Test
    void theFirstListIsAllThereIs() {
        fleet.register("a", "inventory", "h1", 0, "i");
        fleet.register("b", "inventory", "h2", 0, "i");
        fleet.down("b", "inventory", "h2");
        long revision = fleet.register("c", "orders", "h1", 0, "i");
        LocalView view = views.readyView(etcd, layout);

        assertEquals(Freshness.State.CURRENT, view.freshness().state());
        assertTrue(view.freshness().revision() >= revision);
        assertTrue(view.isUp("a"));
        assertFalse(view.isUp("b"));
        assertTrue(view.isUp("orders", "h1"));
        assertFalse(view.isUp("inventory", "h2"));
        assertFalse(view.isUp("inventory", "nowhere"));
        assertFalse(view.isUp("nothing", "h1"));
        for (ServiceQuery query : List.of(ServiceQuery.all(), ServiceQuery.ofTypes("inventory"), ServiceQuery.ofHosts("h1"),
                ServiceQuery.ofRegions("r"), ServiceQuery.ofRegions("elsewhere"), ServiceQuery.ofUuids("a", "c", "nobody"),
                ServiceQuery.ofTypes("inventory", "orders").withHosts("h1").withLiveness(Liveness.UP))) {
            assertEquals(new ServiceReader(etcd, layout, Runnable::run).list(query).join(), view.list(query), query.toString());
        }
    }

    @Test
    void everyChangeIsToldOnceAndInOrder() {
        fleet.register("old");
        LocalView view = views.readyView(etcd, layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        assertEquals(List.of("SNAPSHOT", "SNAPSHOT_END"), Events.kinds(events));

        List<Long> revisions = new ArrayList<>();
        revisions.add(fleet.register("u"));
        revisions.add(fleet.down("u", "type", "u"));
        revisions.add(fleet.register("u"));
        revisions.add(fleet.delete("u", "type", "u"));
        Views.eventually("four changes", () -> Views.changes(events).size() >= 4);
        List<LivenessEvent> changes = Views.changes(events);
        assertEquals(List.of("ADDED", "CHANGED", "CHANGED", "REMOVED"),
                Events.kinds(changes));
        assertEquals(revisions, changes.stream().map(LivenessEvent::revision).toList());
        assertEquals(List.of(Reason.REGISTERED, Reason.OPERATOR, Reason.REGISTERED, Reason.UNKNOWN),
                changes.stream().map(Events::reason).toList());
        assertEquals(Instant.ofEpochMilli(2_000_000), changes.get(1).at(), "as the state says");
        assertEquals(List.of("old"), List.copyOf(Views.replay(events).keySet()));
    }

    @Test
    void aCrashIsAnEventWithTheTimeSinceWhen() {
        long lease = fleet.lease();
        fleet.register("u", "type", "host", lease, "i");
        LocalView view = views.readyView(etcd, layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        Instant before = Instant.now();
        etcd.revokeLease(lease).join();
        Views.eventually("it expires", () -> !view.isUp("u"));
        Views.eventually("one change", () -> Views.changes(events).size() == 1);
        LivenessEvent crash = Views.changes(events).get(0);
        assertEquals(Reason.EXPIRED, Events.reason(crash));
        assertEquals(Liveness.UP, Events.previous(crash).orElseThrow().liveness());
        assertEquals(Liveness.EXPIRED, Events.current(crash).orElseThrow().liveness());
        assertFalse(crash.at().isBefore(before));
        assertFalse(crash.at().isAfter(Instant.now()));
    }

    @Test
    void reasonsAreThoseOfTheWriters() {
        fleet.register("u", "type", "host", 0, "first");
        LocalView view = views.readyView(etcd, layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        fleet.register("u", "type", "host", 0, "second");
        // As os-lively does: without a state.
        fleet.put(layout.service("u"), RawFleet.service("u", "type", "host", Status.DOWN).toByteString());
        fleet.write(new Delete(layout.owner("u")));
        fleet.register("u", "type", "host", 0, "third");
        Views.eventually("all changes", () -> Views.changes(events).size() == 4);
        assertEquals(List.of(Reason.TAKEOVER, Reason.UNKNOWN, Reason.UNKNOWN, Reason.REGISTERED),
                Views.changes(events).stream().map(Events::reason).toList());
    }

    @Test
    void withAFilterAServiceComesAndGoes() {
        LocalView view = views.readyView(etcd, layout);
        List<LivenessEvent> up = Views.record(view, ServiceQuery.ofTypes("type").withLiveness(Liveness.UP));
        fleet.register("u");
        fleet.down("u", "type", "u");
        fleet.register("other", "another", "h", 0, "i");
        fleet.register("u");
        fleet.delete("u", "type", "u");
        Views.eventually("four changes", () -> Views.changes(up).size() == 4);
        assertEquals(List.of("ADDED", "REMOVED", "ADDED", "REMOVED"),
                Events.kinds(Views.changes(up)));
        assertEquals(Reason.OPERATOR, Events.reason(Views.changes(up).get(1)));
        assertEquals(0, Views.replay(up).size());
    }

    @Test
    void aSlowSubscriberIsToldSums() throws Exception {
        fleet.register("slow");
        ViewSettings small = new ViewSettings(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, 10,
                Duration.ofMinutes(15), Duration.ofSeconds(2));
        LocalView view = views.view(etcd, layout, small);
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<LivenessEvent> events = new java.util.concurrent.CopyOnWriteArrayList<>();
        view.watch(ServiceQuery.all(), event -> {
            events.add(event);
            if (event instanceof SnapshotEnd) {
                blocked.countDown();
                await(go);
            }
        });
        assertTrue(blocked.await(10, TimeUnit.SECONDS));
        long last = 0;
        for (int i = 0; i < 100; i++) {
            fleet.register("short" + i % 2);
            fleet.down("slow", "type", "slow");
            last = fleet.delete("short" + i % 2, "type", "short" + i % 2);
        }
        fleet.register("new");
        last = fleet.register("new");
        Views.awaitRevision(view, last);
        go.countDown();
        Views.eventually("all is told", () -> events.get(events.size() - 1).revision() == events.get(0).revision()
                || Views.replay(events).equals(Views.replay(List.copyOf(snapshot(view)))));
        List<LivenessEvent> changes = Views.changes(events);
        assertEquals(2, changes.size(), "those that came and went are not mentioned: " + changes);
        assertEquals(100, Events.coalesced(changes.get(0)));
        assertEquals(Events.current(events.get(0)), Events.previous(changes.get(0)));
        assertEquals("ADDED", changes.get(1).kind());
        assertEquals(2, Events.coalesced(changes.get(1)));
    }

    @Test
    void aListenerThatThrowsHearsOfTheNextEvent() {
        LocalView view = views.readyView(etcd, layout);
        AtomicInteger calls = new AtomicInteger();
        view.watch(ServiceQuery.all(), event -> {
            calls.incrementAndGet();
            throw new IllegalStateException("on purpose");
        });
        fleet.register("u");
        fleet.delete("u", "type", "u");
        Views.eventually("three calls", () -> calls.get() == 3);
        Views.eventually("three failures", () -> view.listenerFailures() == 3);
    }

    @Test
    void aClosedSubscriptionIsToldNothing() throws Exception {
        LocalView view = views.readyView(etcd, layout);
        List<LivenessEvent> events = new java.util.concurrent.CopyOnWriteArrayList<>();
        io.quarkiverse.lively.Subscription subscription = view.watch(ServiceQuery.all(), events::add);
        Views.eventually("the snapshot", () -> events.size() == 1);
        subscription.close();
        Views.awaitRevision(view, fleet.register("u"));
        List<LivenessEvent> later = Views.record(view, ServiceQuery.all());
        assertEquals(2, later.size());
        assertEquals(1, events.size());
    }

    @Test
    void aMultiGivesWhatIsRequestedAndEndsWithTheView() throws Exception {
        fleet.register("a");
        fleet.register("b");
        LocalView view = views.readyView(etcd, layout);
        AssertSubscriber<LivenessEvent> subscriber = view.watch(ServiceQuery.all())
                .subscribe().withSubscriber(AssertSubscriber.create(1));
        subscriber.awaitItems(1);
        Views.awaitRevision(view, fleet.register("c"));
        assertEquals(1, subscriber.getItems().size());
        subscriber.awaitNextItems(3);
        assertEquals(List.of("SNAPSHOT", "SNAPSHOT", "SNAPSHOT_END", "ADDED"),
                Events.kinds(subscriber.getItems()));
        view.close().get(5, TimeUnit.SECONDS);
        subscriber.request(1).awaitCompletion();
    }

    @Test
    void aWriteCanBeWaitedFor() {
        LocalView view = views.readyView(etcd, layout);
        for (int i = 0; i < 50; i++) {
            long revision = fleet.register("u" + i);
            view.awaitRevision(revision).await().atMost(Duration.ofSeconds(5));
            assertTrue(view.isUp("u" + i));
        }
        // Of this one the watch does not tell, so it takes a list.
        long elsewhere = fleet.put(ByteString.copyFromUtf8("/elsewhere"), ByteString.EMPTY);
        long asked = System.nanoTime();
        view.awaitRevision(elsewhere).await().atMost(Duration.ofSeconds(5));
        assertTrue(System.nanoTime() - asked > Duration.ofMillis(400).toNanos());
        assertThrows(RegistryUnavailableException.class,
                () -> view.awaitRevision(elsewhere + 1_000_000).await().atMost(Duration.ofSeconds(10)));
    }

    @Test
    void itsAgeIsBoundedWhileNothingHappens() throws Exception {
        LocalView view = views.readyView(etcd, layout);
        Freshness first = view.freshness();
        Thread.sleep(700);
        Freshness later = view.freshness();
        assertEquals(first.revision(), later.revision());
        assertTrue(later.asOf().orElseThrow().isAfter(first.asOf().orElseThrow()));
        assertTrue(later.age().orElseThrow().compareTo(Duration.ofMillis(500)) < 0, later.toString());
    }

    @Test
    void aServiceThatIsUpIsAwaited() throws Exception {
        LocalView view = views.readyView(etcd, layout);
        ServiceQuery query = ServiceQuery.ofTypes("type").withHosts("host");
        CompletableFuture<ServiceRecord> awaited = view.awaitUp(query).subscribeAsCompletionStage();
        fleet.register("other");
        fleet.register("u", "type", "host", 0, "i");
        assertEquals("u", awaited.get(10, TimeUnit.SECONDS).uuid());
        assertEquals("u", view.awaitUp(query.withLiveness(Liveness.UP, Liveness.DOWN)).await()
                .atMost(Duration.ofSeconds(10)).uuid(), "it is there already");
        assertEquals("liveness", assertThrows(InvalidServiceException.class,
                () -> view.awaitUp(query.withLiveness(Liveness.DOWN))).field());
        CompletableFuture<ServiceRecord> never = view.awaitUp(ServiceQuery.ofTypes("never")).subscribeAsCompletionStage();
        view.close().get(5, TimeUnit.SECONDS);
        assertInstanceOf(RegistryUnavailableException.class,
                assertThrows(ExecutionException.class, () -> never.get(5, TimeUnit.SECONDS)).getCause());
    }

    @Test
    void whatOthersLeftBreaksNothing() {
        ByteString base = layout.service("");
        LocalView early = views.readyView(etcd, layout);
        fleet.register("good");
        fleet.put(layout.service("garbage"), ByteString.copyFromUtf8("\u0001garbage"));
        fleet.put(layout.service("alias"), RawFleet.service("other", "type", "h", Status.UP).toByteString());
        fleet.put(base.concat(ByteString.copyFrom(new byte[] { (byte) 0xff })), ByteString.EMPTY);
        fleet.put(layout.owner("good"), ByteString.copyFromUtf8("\u0001garbage"));
        fleet.put(layout.state("good"), ByteString.copyFromUtf8("\u0001garbage"));
        fleet.put(layout.region("r", "").substring(0, layout.region("r", "").size() - 1), ByteString.EMPTY);
        fleet.put(layout.up("nobody"), ByteString.EMPTY);
        fleet.put(layout.typeHost("no", "host").substring(0, layout.typeHost("no", "host").size() - 5), ByteString.EMPTY);
        fleet.put(layout.typeHost("type", "empty"), ByteString.EMPTY);
        fleet.put(layout.service(""), RawFleet.service("", "type", "none", Status.UP).toByteString());
        // Its name was taken by a service that has another one.
        fleet.put(layout.typeHost("type", "good"), ByteString.copyFromUtf8("thief"));
        // DOWN under a lease, as os-lively leaves it, and gone with it.
        long lease = fleet.lease();
        fleet.write(new Put(layout.service("leased"), RawFleet.service("leased", "t", "h", Status.DOWN).toByteString(), 0),
                new Put(layout.down("leased"), ByteString.EMPTY, lease));
        etcd.revokeLease(lease).join();
        fleet.put(layout.service("leased").substring(0, layout.service("leased").size()), ByteString.EMPTY);
        long last = fleet.put(layout.service("leased"), RawFleet.service("leased", "t", "h", Status.DOWN).toByteString());

        Views.awaitRevision(early, last);
        LocalView late = views.readyView(etcd, layout);
        List<ServiceRecord> expected = new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join();
        assertEquals(List.of("", "good", "leased"), expected.stream().map(ServiceRecord::uuid).toList());
        for (LocalView view : List.of(early, late)) {
            assertEquals(expected, view.list(ServiceQuery.all()));
            assertTrue(view.isUp("type", "good"), "its record still has that name");
            assertEquals(Optional.of(Liveness.DOWN), view.liveness("leased"));
        }
    }

    @Test
    void ofTwoWithOneNameTheOneIsFoundThatTheRegistryNames() {
        LocalView view = views.readyView(etcd, layout);
        fleet.register("a", "type", "host", 0, "i");
        long second = fleet.register("b", "type", "host", 0, "i");
        Views.awaitRevision(view, second);
        assertEquals("b", view.find("type", "host").orElseThrow().uuid());
        Views.awaitRevision(view, fleet.put(layout.typeHost("type", "host"), ByteString.copyFromUtf8("a")));
        assertEquals("a", view.find("type", "host").orElseThrow().uuid());
        Views.awaitRevision(view, fleet.write(new Delete(layout.typeHost("type", "host"))));
        assertEquals("b", view.find("type", "host").orElseThrow().uuid(), "it was changed last");
        assertEquals(2, view.list(ServiceQuery.ofTypes("type").withHosts("host")).size());
    }

    @Test
    void isUpAllocatesNothing() {
        IntStream.range(0, 200).forEach(i -> fleet.register("u" + i));
        LocalView view = views.readyView(etcd, layout);
        int[] ups = { 0 };
        long allocated = Allocated.by(() -> {
            for (int i = 0; i < 100_000; i++) {
                ups[0] += view.isUp("u7") && view.isUp("type", "u199") && !view.isUp("nobody") && !view.isUp("type", "no") ? 1
                        : 0;
            }
        });
        assertTrue(allocated < 1_000, allocated + " bytes in 400,000 calls");
        assertEquals(200_000, ups[0]);
    }

    private static List<LivenessEvent> snapshot(LocalView view) {
        return Views.record(view, ServiceQuery.all());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatCannotNameAServiceIsRefused() {
        LocalView view = views.view(etcd, layout);
        for (String bad : new String[] { "", "a/b", "a\u0000", "x".repeat(256), "\ud800", "\u20ac".repeat(86) }) {
            assertEquals("uuid", assertThrows(InvalidServiceException.class, () -> view.isUp(bad)).field());
            assertEquals("type", assertThrows(InvalidServiceException.class, () -> view.isUp(bad, "host")).field());
            assertEquals("host", assertThrows(InvalidServiceException.class, () -> view.find("type", bad)).field());
        }
        for (String possible : new String[] { "x".repeat(255), "\u20ac".repeat(85), "\ud83d\ude00" }) {
            assertFalse(view.isUp(possible));
        }
        assertEquals("uuid", assertThrows(NullPointerException.class, () -> view.isUp(null)).getMessage());
        assertEquals("type", assertThrows(NullPointerException.class, () -> view.isUp(null, "host")).getMessage());
        assertEquals("host", assertThrows(NullPointerException.class, () -> view.find("type", null)).getMessage());
        assertEquals("query", assertThrows(NullPointerException.class, () -> view.list(null)).getMessage());
        assertEquals("region", assertThrows(InvalidServiceException.class,
                () -> view.watch(ServiceQuery.ofRegions("a/b"))).field());
    }
}
