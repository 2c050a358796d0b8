package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

import io.quarkiverse.lively.test.EtcdServer;

/** The cost of the same work in fleets of different sizes; of each size by turns. */
final class CostOfSize implements Experiment {

    /** There is no bar, so that no row goes on beyond the least number of turns. */
    private static final Duration NO_LONGER = Duration.ZERO;

    private final Map<String, Turns> works = new LinkedHashMap<>();

    @Override
    public Findings run(Run run) throws Exception {
        try (EtcdServer etcd = EtcdServer.started("--quota-backend-bytes", "8589934592");
                RawEtcd raw = new RawEtcd(etcd.url())) {
            List<Subject> subjects = new ArrayList<>();
            for (int size : run.scale().sizes()) {
                FleetData fleet = FleetData.in("n" + size);
                fleet.write(raw, size);
                Subject subject = run.builds().open(Builds.THIS, etcd.url(), "n" + size);
                subjects.add(subject);
                prepare(run, size, fleet, subject);
            }
            for (Turns turns : works.values()) {
                turns.run(1, NO_LONGER);
            }
            subjects.forEach(Subject::close);
        }
        List<Growth> growth = new ArrayList<>();
        works.forEach((work, turns) -> {
            TreeMap<Integer, Double> costs = new TreeMap<>();
            run.scale().sizes().forEach(size -> costs.put(size, turns.median("" + size) / 1e3));
            growth.add(new Growth(work, "us", costs));
        });
        return new Findings(List.of(), growth);
    }

    private void prepare(Run run, int size, FleetData fleet, Subject subject) throws InterruptedException {
        int calls = run.scale().calls();
        int few = Math.max(2, calls / 5);
        subject.register(size, 1);
        work(run, "isUp(uuid), linearizable").side("" + size, (meter, round) -> meter.each(calls,
                i -> RemoteReads.present(subject.isUp(fleet.uuid((round * calls + i) % size)))));
        work(run, "isUp(type, host), steady state").side("" + size, (meter, round) -> meter.each(calls, i -> {
            int service = (round * calls + i) % size;
            RemoteReads.present(subject.isUp(fleet.type(service), fleet.host(service)));
        }));
        int[] next = { size + 1 };
        work(run, "register one new service").side("" + size, (meter, round) -> {
            int first = next[0];
            next[0] += few;
            return meter.each(few, i -> subject.register(first + i, 1));
        });
        work(run, "clean stop to the event, in one process").side("" + size, (meter, round) -> {
            int first = next[0];
            next[0] += few;
            subject.register(first, few);
            Thread.sleep(200);
            Semaphore notified = new Semaphore(0);
            try (AutoCloseable subscription = subject.onDown(notified::release)) {
                return meter.each(few, i -> {
                    subject.stop(first + i);
                    notified.acquire();
                });
            }
        });
        work(run, "registry list of all").side("" + size,
                (meter, round) -> meter.each(1, i -> RemoteReads.present(subject.list() >= size)));
    }

    private Turns work(Run run, String name) {
        // A list of all of 100,000 takes seconds, so these are fewer than the pairs of a comparison.
        return works.computeIfAbsent(name, key -> new Turns(Math.min(5, run.scale().pairs()), System::nanoTime, run.random()));
    }
}
