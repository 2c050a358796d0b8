package io.quarkiverse.lively.benchmark;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.etcd.jetcd.api.TxnRequest;
import io.quarkiverse.lively.benchmark.Comparison.Shown;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.test.EtcdServer;

/** Changes as fast as etcd takes them: when a raw watch has received all, and when a subscriber of the view has. */
final class Changes implements Experiment {

    private static final int SERVICES = 1_000;

    @Override
    public Findings run(Run run) throws Exception {
        FleetData fleet = FleetData.in("");
        int changes = run.scale().changes();
        try (EtcdServer etcd = EtcdServer.started();
                RawEtcd raw = new RawEtcd(etcd.url());
                RawEtcd watching = new RawEtcd(etcd.url());
                Builds.Subjects subjects = run.builds().open(etcd.url(), "")) {
            fleet.write(raw, SERVICES);
            long lease = raw.grantLease(3600);
            // Each service changes each time it is written: a round begins where the one before has ended.
            List<TxnRequest> downAndUp = IntStream.range(0, 2 * SERVICES)
                    .mapToObj(i -> RawEtcd.request(fleet.flip(i % SERVICES, i < SERVICES ? Status.DOWN : Status.UP, lease)))
                    .toList();
            int[] next = new int[1];
            Turns turns = run.turns().side("raw", (meter, round) -> {
                CountDownLatch all = new CountDownLatch(changes);
                AtomicLong last = new AtomicLong();
                try (AutoCloseable watch = watching.watch(fleet.from(), fleet.to(), response -> response.getEventsList()
                        .forEach(event -> {
                            if (last.getAndSet(event.getKv().getModRevision()) != event.getKv().getModRevision()) {
                                all.countDown();
                            }
                        }))) {
                    return meter.batch(changes, () -> write(raw, downAndUp, next, changes, all));
                }
            });
            for (Map.Entry<String, Subject> each : subjects.byName().entrySet()) {
                turns.side("ours" + each.getKey(), (meter, round) -> {
                    CountDownLatch all = new CountDownLatch(changes);
                    try (Subject.View view = each.getValue().view();
                            AutoCloseable subscription = view.watch(coalesced -> {
                                for (int i = 0; i < coalesced; i++) {
                                    all.countDown();
                                }
                            })) {
                        // The watch of the view follows the snapshot.
                        Thread.sleep(300);
                        return meter.batch(changes, () -> write(raw, downAndUp, next, changes, all));
                    }
                });
            }
            turns.compare(Comparison.speed("view applying changes, each told to a subscriber", "ours",
                    "what a raw watch delivers", "raw", new Shown("ms", 1e6 / changes), Bar.atLeast(0.8)));
            return Findings.of(run.measure(turns, etcd.url(), 2, 40).lines());
        }
    }

    /** Fails if a change is lost. */
    private static void write(RawEtcd raw, List<TxnRequest> downAndUp, int[] next, int changes, CountDownLatch all)
            throws InterruptedException {
        int first = next[0];
        next[0] += changes;
        raw.commitAll(() -> IntStream.range(first, first + changes).mapToObj(i -> downAndUp.get(i % downAndUp.size()))
                .iterator(), RawEtcd.IN_FLIGHT);
        if (!all.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(all.getCount() + " of " + changes + " changes were lost");
        }
    }
}
