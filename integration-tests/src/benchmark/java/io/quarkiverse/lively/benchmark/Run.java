package io.quarkiverse.lively.benchmark;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/** What all experiments of one run share. */
record Run(Scale scale, Builds builds, Perf perf) {

    /** So that two runs have the same order of the sides. */
    private static final long SEED = 1;

    Turns turns() {
        return new Turns(scale.pairs(), System::nanoTime, random());
    }

    Random random() {
        return new Random(SEED);
    }

    /**
     * Measures, then counts one round of each side.
     *
     * @param url of etcd; null if the work does not use etcd
     * @param warmups the turns that are not measured
     * @param seconds the time for the turns at full scale
     */
    Turns measure(Turns turns, String url, int warmups, int seconds) throws Exception {
        turns.run(warmups, Duration.ofSeconds(seconds).dividedBy(scale.divisor()));
        for (String side : turns.sides()) {
            boolean usesEtcd = url != null && !side.equals(CuratorPeer.SIDE);
            turns.count(side, new Counters(usesEtcd ? Optional.of(new EtcdCounters(url)) : Optional.empty(),
                    builds.handOvers(), perf));
        }
        return turns;
    }
}
