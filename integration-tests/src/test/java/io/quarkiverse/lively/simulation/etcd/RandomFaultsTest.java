package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.simulation.Scheduler;

/** The model of etcd keeps the promises of etcd while members fail in random ways. */
class RandomFaultsTest {

    private static final int SEEDS = Integer.getInteger("lively.etcd.fault-seeds", 40);
    private static final Duration RUN = Duration.ofSeconds(60);
    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final long TTL = 5;

    /** 3.4 does not keep each lease for its TTL: a leader that was frozen renews leases that are no longer its own. */
    @ParameterizedTest
    @EnumSource
    void noAnswerIsWrongOrMissing(Version version) {
        int commits = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            commits += new Run(version, seed).run();
        }
        assertTrue(commits > 20 * SEEDS, commits + " commits");
    }

    private static final class Run {

        private final Version version;
        private final int seed;
        private final SplittableRandom random;
        private final Scheduler scheduler = new Scheduler();
        private final EtcdCluster etcd;
        private final TestClient[] clients;
        private final List<Commit> commits = new ArrayList<>();
        private final Map<TestClient.Reply<?>, TestClient> asked = new LinkedHashMap<>();
        private final Map<String, TestClient.Reply<Transaction.Result>> writes = new LinkedHashMap<>();
        private final Map<TestClient.Watched, TestClient> watches = new LinkedHashMap<>();
        private long lease;
        /** When the last request was sent that renewed a lease, by its id. */
        private final Map<Long, Long> renewed = new LinkedHashMap<>();
        private boolean faulty = true;

        Run(Version version, int seed) {
            this.version = version;
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            int members = List.of(1, 3, 3, 5).get(seed % 4);
            etcd = new EtcdCluster(scheduler, new SplittableRandom(seed), version, members);
            etcd.witness(this::committed);
            clients = new TestClient[members];
        }

        private void committed(Commit commit) {
            assertEquals(commits.size() + 2, commit.revision());
            commits.add(commit);
            if (commit.cause() == Commit.Cause.LEASE_EXPIRED && version != Version.V3_4) {
                assertTrue(commit.time() >= renewed.getOrDefault(commit.lease(), 0L)
                        + Duration.ofSeconds(TTL).toNanos(), this::toString);
            }
        }

        /** @return how much was committed */
        int run() {
            act();
            fail();
            TestClient.runFor(scheduler, RUN);
            faulty = false;
            recover();
            TestClient.runFor(scheduler, RECOVERY);
            check();
            return commits.size();
        }

        private void act() {
            if (faulty) {
                int index = random.nextInt(clients.length);
                if (clients[index] == null || clients[index].isBroken()) {
                    clients[index] = etcd.member(index).listens() ? new TestClient(scheduler, etcd.member(index)) : null;
                }
                if (clients[index] != null) {
                    ask(clients[index]);
                }
                scheduler.after(random.nextLong(Duration.ofMillis(200).toNanos()), this::act);
            }
        }

        private void ask(TestClient client) {
            switch (random.nextInt(5)) {
                case 0 -> asked.put(
                        client.<Range.Page> ask((server, answer) -> server.read(TestClient.range("k", "l"), answer)), client);
                case 1 -> renew(client);
                case 2 -> watches.put(client.watch("k", "l", 2, true), client);
                default -> {
                    String key = "k" + writes.size();
                    TestClient.Reply<Transaction.Result> reply = client.ask(
                            (server, answer) -> server.commit(TestClient.put(key, "", random.nextInt(3) == 0 ? lease : 0),
                                    answer));
                    asked.put(reply, client);
                    writes.put(key, reply);
                }
            }
        }

        private void renew(TestClient client) {
            long sent = scheduler.now();
            if (etcd.lease(lease) == null) {
                lease = 0;
                client.connection().grant(TTL, new Noted(granted -> {
                    lease = granted.id();
                    renewed.put(lease, sent);
                }));
            } else {
                long id = lease;
                client.connection().renew(id, new Noted(granted -> renewed.merge(id, sent, Math::max)));
            }
        }

        private void fail() {
            if (faulty) {
                int index = random.nextInt(clients.length);
                switch (random.nextInt(10)) {
                    case 0 -> etcd.kill(index);
                    case 1, 2 -> etcd.start(index);
                    case 3 -> etcd.freeze(index);
                    case 4, 5 -> etcd.thaw(index);
                    case 6 -> etcd.isolate(index);
                    case 7 -> etcd.heal();
                    case 8 -> etcd.lag(index, Duration.ofMillis(random.nextInt(2) * random.nextInt(4000)));
                    default -> etcd.changeLeader();
                }
                scheduler.after(random.nextLong(Duration.ofSeconds(4).toNanos()), this::fail);
            }
        }

        private void recover() {
            etcd.heal();
            for (int i = 0; i < clients.length; i++) {
                etcd.start(i);
                etcd.thaw(i);
                etcd.lag(i, Duration.ZERO);
            }
        }

        private void check() {
            asked.forEach((reply, client) -> assertTrue(reply.isDone() || client.isBroken(), this::toString));
            writes.forEach((key, reply) -> {
                if (reply.value != null) {
                    KeyValue entry = etcd.find(TestClient.bytes(key), reply.value.revision());
                    assertNotNull(entry, this::toString);
                    assertEquals(reply.value.revision(), entry.modRevision(), this::toString);
                }
            });
            List<Long> all = LongStream.rangeClosed(2, commits.size() + 1).boxed().toList();
            watches.forEach((watch, client) -> {
                List<Long> revisions = watch.revisions().stream().distinct().toList();
                assertEquals(all.subList(0, watch.end == null && !client.isBroken() ? all.size() : revisions.size()),
                        revisions, this::toString);
            });
            for (int i = 0; i < clients.length; i++) {
                TestClient client = new TestClient(scheduler, etcd.member(i));
                TestClient.Watched watched = client.watch("k", "l", 0, false);
                TestClient.runFor(scheduler, Duration.ofSeconds(1));
                long revision = client.put("k", "");
                TestClient.runFor(scheduler, Duration.ofSeconds(1));
                assertEquals(List.of(revision), watched.revisions().stream().filter(each -> each >= revision).toList());
            }
            assertNull(etcd.lease(lease));
        }

        @Override
        public String toString() {
            return version + ", seed " + seed;
        }
    }

    /** Notes a lease, and ignores a failure. */
    private record Noted(Consumer<Etcd.Lease> note) implements Answer<Etcd.Lease> {

        @Override
        public void answered(Etcd.Lease value) {
            note.accept(value);
        }

        @Override
        public void failed(StatusRuntimeException status) {
            // As a client may see at any time.
        }
    }
}
