package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.test.CutProxy;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.Events;
import io.quarkiverse.lively.test.NeedsProgram;

/** The view when it loses etcd for a while, and when etcd loses something. */
@NeedsProgram("etcd")
@Execution(ExecutionMode.CONCURRENT)
class ViewOutageTest {

    private final KeyLayout layout = new KeyLayout("");
    private final Views views = new Views();
    private EtcdServer server;
    private CutProxy proxy;
    private EtcdConnection etcd;
    private RawFleet fleet;

    @BeforeEach
    void start() {
        server = EtcdServer.started();
        proxy = new CutProxy(server.port());
        etcd = views.connect(server.url());
        fleet = new RawFleet(etcd, layout);
    }

    @AfterEach
    void end() throws Exception {
        views.close();
        proxy.close();
        server.close();
    }

    @Test
    void whatHappenedDuringABreakIsToldChangeByChange() {
        fleet.register("stays");
        LocalView view = views.readyView(views.connect(proxy.url()), layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        proxy.refuse();
        Views.awaitState(view, Freshness.State.STALE);
        Optional<Instant> lastHeard = view.freshness().asOf();
        fleet.register("u");
        fleet.down("u", "type", "u");
        long last = fleet.delete("u", "type", "u");
        assertTrue(view.isUp("stays"), "we lost etcd, it did not lose its life");
        assertEquals(lastHeard, view.freshness().asOf());
        proxy.acceptAgain();
        Views.awaitState(view, Freshness.State.CURRENT);
        assertTrue(view.freshness().revision() >= last, "not current before it has caught up");
        Views.eventually("three changes", () -> Views.changes(events).size() == 3);
        assertEquals(List.of("ADDED", "CHANGED", "REMOVED"),
                Events.kinds(Views.changes(events)));
    }

    /** jetcd's own watcher goes on from the revision of the answer that created it, and loses what was before. */
    @Test
    void aWatchThatIsCutAfterItWasCreatedAndBeforeItsBacklogLosesNothing() {
        fleet.register("stays");
        CutEtcd cut = new CutEtcd(etcd);
        LocalView view = views.readyView(cut, layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        Views.eventually("the watch", () -> cut.created.get() == 1);
        cut.cutAtCreation = 3;
        cut.cut();
        Views.awaitState(view, Freshness.State.STALE);
        long last = 0;
        for (int i = 0; i < 20; i++) {
            last = fleet.register("u" + i);
        }
        Views.awaitRevision(view, last);
        assertTrue(cut.created.get() >= 5, "watches: " + cut.created);
        Views.eventually("twenty changes", () -> Views.changes(events).size() == 20);
        assertEquals(21, Views.replay(events).size());
    }

    @Test
    void whatWasCompactedIsToldAsTheDifference() {
        fleet.register("stays");
        fleet.register("goes");
        LocalView view = views.readyView(views.connect(proxy.url()), layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        proxy.refuse();
        Views.awaitState(view, Freshness.State.STALE);
        fleet.register("comes");
        fleet.delete("comes", "type", "comes");
        fleet.delete("goes", "type", "goes");
        fleet.register("comes");
        long last = fleet.down("stays", "type", "stays");
        server.keys().compact(last);
        proxy.acceptAgain();
        Views.eventually("resynced", () -> events.get(events.size() - 1) instanceof Resynced);
        Views.awaitState(view, Freshness.State.CURRENT);
        assertEquals(4, Views.changes(events).size(), events.toString());
        assertEquals(new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join(),
                List.copyOf(Views.replay(events).values()));
    }

    @Test
    void anEtcdThatWasWipedAndHasOutrunTheViewIsNoticed() throws Exception {
        fleet.register("a");
        fleet.register("b");
        LocalView view = views.readyView(views.connect(proxy.url()), layout);
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        proxy.refuse();
        Views.awaitState(view, Freshness.State.STALE);
        long known = view.freshness().revision();
        try (EtcdServer wiped = EtcdServer.started()) {
            RawFleet its = new RawFleet(views.connect(wiped.url()), layout);
            // The same service, but one, at the same revision, and then beyond.
            its.register("c");
            long last = 0;
            while (last < known + 50) {
                last = its.register("a");
            }
            proxy.passOnTo(wiped.port());
            proxy.acceptAgain();
            Views.awaitState(view, Freshness.State.CURRENT);
            Views.eventually("resynced", () -> events.get(events.size() - 1) instanceof Resynced);
            assertEquals(List.of("a", "c"), List.copyOf(Views.replay(events).keySet()));
            Views.awaitRevision(view, its.register("d"));
            assertTrue(view.isUp("d"));
        }
    }

    @Test
    void anEtcdThatWasWipedAndIsStillBehindIsNoticed() throws Exception {
        for (int i = 0; i < 20; i++) {
            fleet.register("a" + i);
        }
        LocalView view = views.readyView(views.connect(proxy.url()), layout);
        proxy.refuse();
        Views.awaitState(view, Freshness.State.STALE);
        try (EtcdServer wiped = EtcdServer.started()) {
            new RawFleet(views.connect(wiped.url()), layout).register("b");
            proxy.passOnTo(wiped.port());
            proxy.acceptAgain();
            Views.awaitState(view, Freshness.State.CURRENT);
            assertEquals(1, view.list(ServiceQuery.all()).size());
            assertTrue(view.isUp("b"));
        }
    }

    /** All that the view knows is in both, so that only what it does not know can tell. */
    @Test
    void anEtcdThatWasRestoredFromABackupIsNoticed() throws Exception {
        ByteString elsewhere = ByteString.copyFromUtf8("/elsewhere");
        fleet.register("a");
        fleet.register("b");
        try (EtcdServer restored = EtcdServer.started()) {
            EtcdConnection backup = views.connect(restored.url());
            RawFleet its = new RawFleet(backup, layout);
            its.register("a");
            its.register("b");
            // Since then, nobody changed a service in the one, and somebody did in the other.
            for (int i = 0; i < 20; i++) {
                fleet.put(elsewhere, ByteString.EMPTY);
            }
            LocalView view = views.readyView(views.connect(proxy.url()), layout);
            List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
            proxy.refuse();
            Views.awaitState(view, Freshness.State.STALE);
            its.register("c");
            its.delete("a", "type", "a");
            for (int i = 0; i < 50; i++) {
                its.put(elsewhere, ByteString.EMPTY);
            }
            proxy.passOnTo(restored.port());
            proxy.acceptAgain();
            Views.awaitState(view, Freshness.State.CURRENT);
            assertEquals(new ServiceReader(backup, layout, Runnable::run).list(ServiceQuery.all()).join(),
                    view.list(ServiceQuery.all()));
            Views.eventually("resynced", () -> events.get(events.size() - 1) instanceof Resynced);
            assertEquals(List.of("b", "c"), List.copyOf(Views.replay(events).keySet()));
        }
    }

    @Test
    void anEtcdThatStopsAnsweringIsNoticedWithoutABreak() {
        fleet.register("u");
        LocalView view = views.readyView(etcd, layout);
        Views.eventually("it follows", () -> view.freshness().age().orElseThrow().compareTo(Duration.ofMillis(150)) < 0);
        server.freeze();
        long frozen = System.nanoTime();
        Views.awaitState(view, Freshness.State.STALE);
        long seconds = (System.nanoTime() - frozen) / 1_000_000_000;
        assertTrue(seconds < 8, "gRPC itself would notice after 15 s; it took " + seconds);
        assertTrue(view.freshness().age().orElseThrow().compareTo(Duration.ofSeconds(2)) >= 0, view.freshness().toString());
        assertTrue(view.isUp("u"));
        server.thaw();
        Views.awaitState(view, Freshness.State.CURRENT);
    }

    @Test
    void anEtcdThatComesLaterIsRead() {
        server.kill();
        LocalView view = views.view(etcd, layout);
        assertEquals(Freshness.State.LOADING, view.freshness().state());
        server.start();
        view.awaitReady().await().atMost(Duration.ofSeconds(20));
        Views.awaitState(view, Freshness.State.CURRENT);
    }

    @Test
    void aPageThatIsTooLargeIsReadInHalves() {
        for (int i = 0; i < 10; i++) {
            fleet.register("u" + i);
        }
        CutEtcd small = new CutEtcd(etcd);
        small.largestPage = 3;
        LocalView view = views.readyView(small, layout);
        assertEquals(10, view.list(ServiceQuery.ofLiveness(Liveness.UP)).size());
    }

    /** What a watch lost in silence is found by a list. */
    @Test
    void whatTheWatchLostIsHealedByAList() {
        fleet.register("u");
        CutEtcd deaf = new CutEtcd(etcd);
        LocalView view = views.view(deaf, layout, new ViewSettings(Duration.ofSeconds(2), Duration.ofSeconds(5),
                Duration.ZERO, 1000, Duration.ofSeconds(1), Duration.ofSeconds(2)));
        view.awaitReady().await().atMost(Duration.ofSeconds(10));
        List<LivenessEvent> events = Views.record(view, ServiceQuery.all());
        Views.eventually("the watch", () -> deaf.created.get() == 1);
        deaf.deafTo = layout.service("u");
        fleet.down("u", "type", "u");
        long last = fleet.register("v");
        Views.awaitRevision(view, last);
        deaf.deafTo = null;
        Views.eventually("the list heals it",
                () -> view.list(ServiceQuery.all())
                        .equals(new ServiceReader(etcd, layout, Runnable::run).list(ServiceQuery.all()).join()));
        Views.eventually("and says so", () -> events.get(events.size() - 1) instanceof Resynced);
    }

    /** An etcd whose watches end when the test wants it, or lose what it wants. */
    private static final class CutEtcd extends ForwardingEtcd {

        private final AtomicInteger created = new AtomicInteger();
        private volatile int cutAtCreation;
        private volatile int largestPage = Integer.MAX_VALUE;
        private volatile ByteString deafTo;
        private volatile Runnable cut = () -> {
        };

        CutEtcd(Etcd etcd) {
            super(etcd);
        }

        void cut() {
            cut.run();
        }

        @Override
        public Watch watch(Range range, long from, Watch.Listener listener) {
            return super.watch(range, from, new Watch.Listener() {

                private boolean over;

                @Override
                public void created(long revision) {
                    created.incrementAndGet();
                    cut = this::cutNow;
                    listener.created(revision);
                    if (cutAtCreation > 0) {
                        cutAtCreation--;
                        cutNow();
                    }
                }

                @Override
                public void responded(Watch.Response response) {
                    if (!over) {
                        listener.responded(new Watch.Response(response.revision(), response.events().stream()
                                .filter(event -> !event.entry().key().equals(deafTo)).toList()));
                    }
                }

                @Override
                public void ended(EtcdException cause) {
                    if (!over) {
                        listener.ended(cause);
                    }
                }

                private void cutNow() {
                    over = true;
                    listener.ended(new EtcdException(EtcdException.Kind.UNAVAILABLE, "cut", null));
                }
            });
        }

        @Override
        public CompletableFuture<Range.Page> read(Range range) {
            return range.limit() <= largestPage ? super.read(range)
                    : CompletableFuture.failedFuture(new EtcdException(EtcdException.Kind.TOO_LARGE, "too large", null));
        }

        @Override
        public void close() {
        }
    }
}
