package io.quarkiverse.lively.benchmark;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;

/** Changes as fast as etcd takes them: how soon a raw watch has been told of all, and how soon a subscriber of the view. */
final class Changes implements Experiment {

    private static final int SERVICES = 1_000;

    @Override
    public Findings run(Scale scale) throws Exception {
        FleetData fleet = FleetData.in("");
        int changes = scale.changes() / SERVICES * SERVICES == 0 ? scale.changes() : scale.changes() / SERVICES * SERVICES;
        try (EtcdServer etcd = EtcdServer.started(); RawEtcd raw = new RawEtcd(etcd.url());
                RawEtcd watching = new RawEtcd(etcd.url());
                Views views = new Views(etcd.url())) {
            fleet.write(raw, SERVICES);
            long lease = raw.grantLease(3600);
            // Each service changes each time it is written.
            List<TxnRequest> downAndUp = IntStream.range(0, 2 * SERVICES)
                    .mapToObj(i -> RawEtcd.request(fleet.flip(i % SERVICES, i < SERVICES ? Status.DOWN : Status.UP, lease)))
                    .toList();
            AtomicLong told = new AtomicLong();
            Turns turns = new Turns()
                    .side("raw", round -> {
                        CountDownLatch all = new CountDownLatch(changes);
                        AtomicLong last = new AtomicLong();
                        try (AutoCloseable watch = watching.watch(fleet.from(), fleet.to(), response -> response.getEventsList()
                                .forEach(event -> {
                                    if (last.getAndSet(event.getKv().getModRevision()) != event.getKv().getModRevision()) {
                                        all.countDown();
                                    }
                                }))) {
                            return Turns.once(i -> write(raw, downAndUp, changes, all));
                        }
                    })
                    .side("ours", round -> {
                        CountDownLatch all = new CountDownLatch(changes);
                        CountDownLatch begun = new CountDownLatch(1);
                        try (Views.Open opened = views.open(fleet.layout())) {
                            Subscription subscription = opened.view().watch(ServiceQuery.all(), event -> {
                                if (event.kind() == LivenessEvent.Kind.SNAPSHOT_END) {
                                    begun.countDown();
                                } else if (event.kind() == LivenessEvent.Kind.CHANGED) {
                                    for (int i = 0; i < event.coalesced(); i++) {
                                        all.countDown();
                                    }
                                    told.incrementAndGet();
                                }
                            });
                            begun.await();
                            // The watch of the view follows the snapshot.
                            Thread.sleep(500);
                            double[] nanos = Turns.once(i -> write(raw, downAndUp, changes, all));
                            subscription.close();
                            return nanos;
                        }
                    })
                    .run(2, scale.repetitions());
            return Findings.of(Line.speed("view applying changes, each told to a subscriber", turns.figure("ours"),
                    "what a raw watch delivers", turns.figure("raw"), "ms", 1e6, Bar.atLeast(0.8)));
        }
    }

    /** Fails if anything is lost. */
    private static void write(RawEtcd raw, List<TxnRequest> downAndUp, int changes, CountDownLatch all)
            throws InterruptedException {
        raw.commitAll(() -> IntStream.range(0, changes).mapToObj(i -> downAndUp.get(i % downAndUp.size())).iterator(),
                RawEtcd.IN_FLIGHT);
        if (!all.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(all.getCount() + " of " + changes + " changes were lost");
        }
    }
}
