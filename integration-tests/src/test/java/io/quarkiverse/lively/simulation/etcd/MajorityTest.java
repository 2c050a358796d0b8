package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.grpc.Status;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.simulation.Scheduler;

/** The members of the model of etcd without a leader or a majority. */
class MajorityTest {

    private final Scheduler scheduler = new Scheduler();
    private final List<Commit> commits = new ArrayList<>();
    private EtcdCluster etcd = cluster(Version.V3_4, 1);

    private EtcdCluster cluster(Version version, long seed) {
        EtcdCluster cluster = new EtcdCluster(scheduler, new SplittableRandom(seed), version, 3);
        commits.clear();
        cluster.witness(commits::add);
        return cluster;
    }

    @Test
    void aMemberThatIsCutOffHangsFirstAndThenKnowsNoLeader() {
        int cut = other(1);
        TestClient client = at(cut);
        etcd.isolate(cut);
        TestClient.Reply<Range.Page> read = read(client);
        TestClient.Reply<Transaction.Result> write = write(client, "lost");
        TestClient.Watched watch = client.watch("a", "b", 0, false);
        runFor(Duration.ofMillis(900));
        assertFalse(read.isDone());
        assertFalse(write.isDone());
        assertEquals(1, watch.created);
        runFor(Duration.ofMillis(1200));
        client.<Range.Page> answer((server, answer) -> server.read(TestClient.range("a", ""), answer))
                .assertFailed(Status.Code.UNAVAILABLE, "etcdserver: no leader");
        runFor(Duration.ofSeconds(6));
        read.assertFailed(Status.Code.UNAVAILABLE, "etcdserver: request timed out");
        write.assertFailed(Status.Code.UNAVAILABLE, "etcdserver: request timed out");
        assertTrue(write.at >= Duration.ofSeconds(7).toNanos());
        assertEquals("etcdserver: no leader", watch.end.getDescription());
        assertNull(etcd.find(TestClient.bytes("lost"), etcd.revision()));
        etcd.heal();
        runFor(Duration.ofSeconds(3));
        client.put("a", "");
        assertEquals(1, commits.size());
    }

    @Test
    void theOthersElectOneLeaderWithinTwoSeconds() {
        for (int seed = 0; seed < 20; seed++) {
            etcd = cluster(Version.V3_4, seed);
            int former = etcd.currentLeader().index();
            TestClient client = at(other(1));
            List<String> elections = elections();
            etcd.kill(former);
            assertNull(etcd.currentLeader());
            runFor(Duration.ofMillis(2200));
            assertNotEquals(former, etcd.currentLeader().index());
            client.put("a", "");
            assertEquals(1, commits.size());
            runFor(Duration.ofSeconds(20));
            assertEquals(1, elections.size());
        }
    }

    private List<String> elections() {
        List<String> elections = new ArrayList<>();
        etcd.trace(step -> {
            if (step.get().endsWith("is elected")) {
                elections.add(step.get());
            }
        });
        return elections;
    }

    @ParameterizedTest
    @EnumSource
    void aProposalIsCommittedAfterItsClientGaveUp(Version version) {
        etcd = cluster(version, 1);
        int leader = etcd.currentLeader().index();
        TestClient client = at(leader);
        etcd.kill((leader + 1) % 3);
        etcd.kill((leader + 2) % 3);
        TestClient.Reply<Transaction.Result> write = write(client, "late");
        runFor(Duration.ofSeconds(8));
        write.assertFailed(Status.Code.UNAVAILABLE, "etcdserver: request timed out");
        client.connection().close();
        assertEquals(List.of(), commits);
        etcd.start((leader + 1) % 3);
        runFor(Duration.ofSeconds(3));
        assertEquals(1, commits.size());
        assertEquals("client", commits.get(0).who());
        assertNotNull(etcd.find(TestClient.bytes("late"), etcd.revision()));
    }

    @Test
    void whatALeaderHadAcceptedIsCommittedByTheNextOneOrLost() {
        int late = 0;
        int lost = 0;
        for (int seed = 0; seed < 100; seed++) {
            etcd = cluster(Version.V3_6, seed);
            TestClient client = at(other(1));
            TestClient.Reply<Transaction.Result> write = write(client, "a");
            runFor(Duration.ofNanos(30_000L * seed));
            boolean before = !commits.isEmpty();
            etcd.isolate(etcd.currentLeader().index());
            runFor(Duration.ofSeconds(10));
            assertTrue(write.isDone());
            assertFalse(write.value != null && commits.isEmpty(), "answered and lost");
            late += !before && !commits.isEmpty() ? 1 : 0;
            lost += commits.isEmpty() ? 1 : 0;
        }
        assertTrue(late > 0, "none was committed by the next leader");
        assertTrue(lost > 0, "none was lost");
    }

    @Test
    void aMemberThatReturnsForcesAnElectionInOldVersionsOnly() {
        assertEquals(List.of(true, false), List.of(forcesElection(Version.V3_4), forcesElection(Version.V3_6)));
    }

    private boolean forcesElection(Version version) {
        etcd = cluster(version, 1);
        List<String> elections = elections();
        etcd.isolate(other(1));
        runFor(Duration.ofSeconds(5));
        etcd.heal();
        runFor(Duration.ofSeconds(5));
        return !elections.isEmpty();
    }

    @Test
    void aFrozenMemberServesWhatItHasBufferedAfterTheThaw() {
        int frozen = other(1);
        TestClient client = at(frozen);
        etcd.freeze(frozen);
        assertTrue(etcd.member(frozen).listens());
        assertFalse(etcd.member(frozen).answers());
        TestClient.Reply<Transaction.Result> write = write(client, "a");
        runFor(Duration.ofSeconds(60));
        assertFalse(write.isDone());
        etcd.thaw(frozen);
        runFor(Duration.ofSeconds(1));
        assertEquals(2, write.value.revision());
    }

    @Test
    void aKilledMemberBreaksConnectionsAndListensAgainWithALeader() {
        int killed = other(1);
        TestClient client = at(killed);
        etcd.kill(killed);
        assertTrue(client.isBroken());
        assertFalse(etcd.member(killed).listens());
        etcd.start(killed);
        runFor(Duration.ofSeconds(1));
        assertTrue(etcd.member(killed).listens());
        at(killed).put("a", "");
    }

    @Test
    void aReadSeesEachWriteThatWasAnsweredBefore() {
        TestClient one = at(other(1));
        TestClient two = at(other(2));
        for (int i = 0; i < 200; i++) {
            long revision = one.put("a", Integer.toString(i));
            Range.Page page = two.value((server, answer) -> server.read(TestClient.range("a", ""), answer));
            assertEquals(revision, page.entries().get(0).modRevision());
        }
    }

    @Test
    void aLearnerServesNoClientUntilItIsPromoted() {
        for (Version version : Version.values()) {
            etcd = cluster(version, 1);
            EtcdMember learner = etcd.addLearner();
            runFor(Duration.ofSeconds(1));
            TestClient client = at(learner.index());
            client.<Range.Page> answer((server, answer) -> server.read(TestClient.range("a", ""), answer)).assertFailed(
                    version == Version.V3_4 ? Status.Code.UNAVAILABLE : Status.Code.FAILED_PRECONDITION,
                    "etcdserver: rpc not supported for learner");
            TestClient.Watched watch = client.watch("a", "b", 0, false);
            runFor(Duration.ofSeconds(1));
            assertEquals("etcdserver: rpc not supported for learner", watch.end.getDescription());
            etcd.promote(learner.index());
            client.put("a", "");
        }
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        assertEquals(trace(), trace());
    }

    private List<String> trace() {
        Scheduler own = new Scheduler();
        EtcdCluster cluster = new EtcdCluster(own, new SplittableRandom(3), Version.V3_4, 3);
        List<String> steps = new ArrayList<>();
        cluster.trace(step -> steps.add(own.now() + " " + step.get()));
        TestClient client = new TestClient(own, cluster.member(0));
        for (int i = 0; i < 50; i++) {
            write(client, "a");
            client.<Etcd.Lease> ask((server, answer) -> server.grant(5, answer));
            TestClient.runFor(own, Duration.ofMillis(200));
            if (i % 20 == 5) {
                cluster.changeLeader();
            }
        }
        assertTrue(steps.size() > 100);
        return steps;
    }

    /** Not the leader. */
    private int other(int number) {
        return (etcd.currentLeader().index() + number) % 3;
    }

    private TestClient at(int member) {
        return new TestClient(scheduler, etcd.member(member));
    }

    private TestClient.Reply<Range.Page> read(TestClient client) {
        return client.ask((server, answer) -> server.read(TestClient.range("a", ""), answer));
    }

    private TestClient.Reply<Transaction.Result> write(TestClient client, String key) {
        return client.ask((server, answer) -> server.commit(TestClient.put(key, "", 0), answer));
    }

    private void runFor(Duration time) {
        TestClient.runFor(scheduler, time);
    }
}
