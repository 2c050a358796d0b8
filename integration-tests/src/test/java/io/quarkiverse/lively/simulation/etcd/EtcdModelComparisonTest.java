package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.simulation.Scheduler;
import io.quarkiverse.lively.simulation.etcd.ComparedEtcd.Model;
import io.quarkiverse.lively.simulation.etcd.ComparedEtcd.Real;
import io.quarkiverse.lively.test.EtcdProgram;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;

/**
 * The same random requests, one after the other, get the same answers, failures and events from a real etcd as from the model.
 * Of {@code -Dlively.etcd.seeds} seeds, from {@code lively.etcd.seed} on, and {@code -Dlively.etcd.operations} each.
 */
@NeedsProgram("etcd")
class EtcdModelComparisonTest {

    private static final long FIRST_SEED = Long.getLong("lively.etcd.seed", 1);
    private static final int SEEDS = Integer.getInteger("lively.etcd.seeds", 1);
    private static final int OPERATIONS = Integer.getInteger("lively.etcd.operations", 250);
    private static final Duration LONG = Duration.ofSeconds(10);
    /** Real etcd looks after watches that begin in the past each 100 ms, and 3.4 has bugs if a compaction comes before. */
    private static final long CATCH_UP_MILLIS = 150;

    @Test
    void theEtcdOnThePathAnswersTheSame() throws InterruptedException {
        compareWith(EtcdProgram.onThePath());
    }

    @Test
    void aCurrentEtcdAnswersTheSame() throws InterruptedException {
        compareWith(EtcdProgram.next());
    }

    private static void compareWith(EtcdProgram program) throws InterruptedException {
        Version version = program.version().startsWith("3.4.") ? Version.V3_4 : Version.V3_6;
        try (EtcdServer server = EtcdServer.started(program);
                EtcdConnection connection = new EtcdConnection(
                        new EtcdSettings(List.of(URI.create(server.url())), LONG, LONG, LONG), new SystemPlatform())) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
                Scheduler scheduler = new Scheduler();
                EtcdCluster cluster = new EtcdCluster(scheduler, new SplittableRandom(seed), version, 1);
                try (Real real = new Real(connection, server.keys()); Model model = new Model(scheduler, cluster)) {
                    new Run(seed, real, model).run();
                }
            }
        }
    }

    /** One seed. */
    private static final class Run {

        private final long seed;
        private final RandomOperations random;
        private final Real real;
        private final Model model;
        private final List<String> requests = new ArrayList<>();
        private boolean catchesUp;

        Run(long seed, Real real, Model model) {
            this.seed = seed;
            this.random = new RandomOperations(seed);
            this.real = real;
            this.model = model;
        }

        void run() throws InterruptedException {
            for (int i = 0; i < OPERATIONS; i++) {
                step();
                random.at(model.revision());
            }
            compareEvents();
            if (seed == FIRST_SEED) {
                expire();
            }
        }

        private void step() throws InterruptedException {
            int dice = random.below(100);
            if (dice < 55) {
                Transaction transaction = random.transaction();
                compare("commit " + RandomOperations.text(transaction), etcd -> etcd.commit(transaction));
            } else if (dice < 75) {
                Range range = random.range();
                compare("read " + RandomOperations.text(range), etcd -> etcd.read(range));
            } else if (dice < 81) {
                Duration ttl = random.ttl();
                compare("grant " + ttl, etcd -> etcd.grant(ttl));
            } else if (dice < 86) {
                int lease = random.lease();
                compare("renew " + lease, etcd -> etcd.renew(lease));
            } else if (dice < 90) {
                int lease = random.lease();
                compare("revoke " + lease, etcd -> etcd.revoke(lease));
            } else if (dice < 92) {
                compact(random.compaction());
            } else if (dice < 97) {
                Range range = random.watched();
                long from = random.watchedFrom();
                catchesUp |= from > 0 && from <= model.revision();
                compare("watch " + RandomOperations.text(range) + " from " + from, etcd -> etcd.watch(range, from));
            } else {
                int watch = random.below(20);
                compareEvents();
                compare("cancel " + watch, etcd -> etcd.cancel(watch));
            }
        }

        /** Before, because etcd may have yet to send what it would forget, or to see that there is nothing to send. */
        private void compact(long revision) throws InterruptedException {
            compareEvents();
            if (catchesUp) {
                Thread.sleep(CATCH_UP_MILLIS);
                catchesUp = false;
            }
            compare("compact " + revision, etcd -> etcd.compact(revision));
        }

        /** The keys of a lease that runs out are deleted in one revision, in the same order. */
        private void expire() {
            compare("grant", etcd -> etcd.grant(Duration.ofSeconds(1)));
            Range all = RandomOperations.ALL;
            compare("watch", etcd -> etcd.watch(all, 0));
            for (String key : List.of("k/9", "k/10", "k/1")) {
                Transaction put = random.leased(key, model.leases() - 1);
                compare("put " + key, etcd -> etcd.commit(put));
            }
            model.awaitRevision(model.revision() + 1);
            real.awaitRevision(model.revision());
            compareEvents();
            compare("renew the expired lease", etcd -> etcd.renew(model.leases() - 1));
            compare("read", etcd -> etcd.read(all));
        }

        private void compare(String request, Function<ComparedEtcd, String> answer) {
            requests.add(request);
            assertEquals(answer.apply(real), answer.apply(model), this::story);
        }

        private void compareEvents() {
            model.settle();
            List<String> expected = model.watched();
            if (!real.awaitWatched(expected, LONG)) {
                assertEquals(String.join("\n", real.watched()), String.join("\n", expected), this::story);
            }
        }

        private String story() {
            return "Seed " + seed + ", request " + requests.size() + ", after "
                    + String.join("\n", requests.subList(Math.max(0, requests.size() - 5), requests.size())) + "\n";
        }
    }
}
