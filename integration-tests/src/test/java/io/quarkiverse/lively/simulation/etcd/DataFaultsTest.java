package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.simulation.Scheduler;

/** The model of etcd when its data are lost or restored, and when it refuses to serve. */
class DataFaultsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Scheduler scheduler = new Scheduler();
    private final List<String> seen = new ArrayList<>();
    private EtcdCluster etcd;
    private TestClient client;

    @BeforeEach
    void start() {
        start(3);
    }

    private void start(int members) {
        etcd = new EtcdCluster(scheduler, new SplittableRandom(1), Version.V3_4, members);
        etcd.witness(new Witness() {
            @Override
            public void committed(Commit commit) {
                seen.add("commit " + commit.revision());
            }

            @Override
            public void wiped() {
                seen.add("wiped");
            }

            @Override
            public void restored(long revision) {
                seen.add("restored " + revision);
            }

            @Override
            public void compacted(long revision) {
                seen.add("compacted " + revision);
            }
        });
        client = client();
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3 })
    void aWipeBeginsAnew(int members) {
        start(members);
        Etcd.Lease lease = client.grant(60);
        client.put("a", "1");
        client.put("a", "2");
        TestClient.Watched watched = client.watch("a", "b", 0, false);
        runFor(SECOND);
        etcd.wipe();
        assertTrue(client.isBroken());
        runFor(Duration.ofSeconds(3));
        assertEquals(1, etcd.revision());
        assertEquals(List.of(), etcd.leases());
        client = client();
        assertEquals(List.of(), client.keys("a"));
        client.renew(lease.id()).assertFailed(Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
        assertEquals(2, client.put("a", "3"));
        runFor(SECOND);
        assertEquals(List.of(), watched.revisions());
        assertEquals(List.of("commit 2", "commit 3", "wiped", "commit 2"), seen);
    }

    @Test
    void aRestoreGoesBackAndGivesLeasesTheirWholeTime() {
        Etcd.Lease lease = client.grant(5);
        client.putLeased("a", lease.id());
        Backup backup = etcd.backup();
        client.put("b", "");
        client.delete("a");
        runFor(Duration.ofSeconds(20));
        assertNull(etcd.lease(lease.id()));
        etcd.restore(backup);
        runFor(Duration.ofSeconds(3));
        assertEquals(2, etcd.revision());
        client = client();
        assertEquals(List.of("a"), client.keys("a"));
        assertEquals(List.of(), client.keys("b"));
        assertEquals(3, client.put("c", ""));
        assertEquals("c", etcd.changes(3).get(0).key().toStringUtf8());
        runFor(SECOND);
        assertEquals(lease, client.renew(lease.id()).value);
        runFor(Duration.ofSeconds(6));
        assertEquals(List.of(), client.keys("a"));
        etcd.restore(backup);
        runFor(Duration.ofSeconds(3));
        assertEquals(List.of("a"), client().keys("a"));
        assertEquals(List.of("commit 2", "commit 3", "commit 4", "restored 2", "commit 3", "commit 4", "restored 2"), seen);
    }

    @Test
    void aCompactionForgetsForClientsAndNotForWitnesses() {
        client.put("a", "1");
        client.put("a", "2");
        client.put("a", "3");
        etcd.compact(3);
        assertEquals("compacted 3", seen.get(3));
        reading(2).assertFailed(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted");
        reading(5).assertFailed(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision");
        assertEquals(3, reading(3).value.entries().get(0).modRevision());
        assertEquals("1", etcd.find(TestClient.bytes("a"), 2).value().toStringUtf8());
        assertThrows(StatusRuntimeException.class, () -> etcd.compact(3));
        assertThrows(StatusRuntimeException.class, () -> etcd.compact(5));
    }

    @Test
    void withoutSpaceOnlyDeletionsAndRenewalsWork() {
        Etcd.Lease lease = client.grant(60);
        client.putLeased("a", lease.id());
        etcd.noSpace(true);
        Transaction.Put put = new Transaction.Put(TestClient.bytes("b"), TestClient.bytes(""), 0);
        Transaction.Delete delete = new Transaction.Delete(TestClient.bytes("a"));
        String words = "etcdserver: mvcc: database space exceeded";
        commit(List.of(put), List.of()).assertFailed(Status.Code.RESOURCE_EXHAUSTED, words);
        commit(List.of(delete), List.of(put)).assertFailed(Status.Code.RESOURCE_EXHAUSTED, words);
        client.<Etcd.Lease> answer((server, answer) -> server.grant(5, answer)).assertFailed(Status.Code.RESOURCE_EXHAUSTED,
                words);
        assertEquals(lease, client.renew(lease.id()).value);
        assertEquals(List.of("a"), client.keys("a"));
        assertEquals(3, commit(List.of(delete), List.of()).value.revision());
        client.<Void> value((server, answer) -> server.revoke(lease.id(), answer));
        etcd.noSpace(false);
        assertEquals(4, client.put("b", ""));
    }

    @Test
    void usersNeedATokenThatIsKnown() {
        etcd.requireUsers(true);
        reading(0).assertFailed(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
        TestClient.Watched refused = client.watch("a", "b", 0, false);
        client.<Void> value((server, answer) -> server.authenticate(answer));
        client.put("a", "");
        assertEquals(Status.Code.FAILED_PRECONDITION, refused.end.getCode());
        etcd.expireTokens();
        reading(0).assertFailed(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
        client.<Void> value((server, answer) -> server.authenticate(answer));
        client.put("a", "");
        int member = etcd.currentLeader().index();
        etcd.rejectTokens(member, true);
        reading(0).assertFailed(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
        etcd.rejectTokens(member, false);
        etcd.denyWrites(true);
        commit(List.of(new Transaction.Put(TestClient.bytes("b"), TestClient.bytes(""), 0)), List.of())
                .assertFailed(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied");
        assertEquals(List.of("a"), client.keys("a"));
    }

    @ParameterizedTest
    @EnumSource
    void onlyNewVersionsNeedAUserForLeases(Version version) {
        etcd = new EtcdCluster(scheduler, new SplittableRandom(1), version, 3);
        client = client();
        Etcd.Lease lease = client.grant(60);
        etcd.requireUsers(true);
        TestClient.Reply<Etcd.Lease> renewal = client.renew(lease.id());
        TestClient.Reply<Etcd.Lease> grant = client.<Etcd.Lease> answer((server, answer) -> server.grant(60, answer));
        if (version == Version.V3_4) {
            assertEquals(lease, renewal.value);
            assertEquals(lease.ttl(), grant.value.ttl());
        } else {
            renewal.assertFailed(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
            grant.assertFailed(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
        }
    }

    @Test
    void aBusyMemberRejectsProposals() {
        etcd.tooManyRequests(etcd.currentLeader().index(), true);
        commit(List.of(new Transaction.Put(TestClient.bytes("b"), TestClient.bytes(""), 0)), List.of())
                .assertFailed(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: too many requests");
        assertEquals(List.of(), client.keys("b"));
    }

    private TestClient client() {
        return new TestClient(scheduler, etcd.currentLeader());
    }

    private TestClient.Reply<Range.Page> reading(long revision) {
        return client.<Range.Page> answer((server, answer) -> server.read(TestClient.range("a", "b").at(revision), answer));
    }

    private TestClient.Reply<Transaction.Result> commit(List<Transaction.Operation> then,
            List<Transaction.Operation> otherwise) {
        return client.<Transaction.Result> answer(
                (server, answer) -> server.commit(new Transaction(List.of(), then, otherwise), answer));
    }

    private void runFor(Duration time) {
        TestClient.runFor(scheduler, time);
    }
}
