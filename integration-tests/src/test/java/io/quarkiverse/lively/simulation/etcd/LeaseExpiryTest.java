package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.grpc.Status;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.simulation.Scheduler;

/** When the model of etcd ends leases, and what becomes of their keys. */
class LeaseExpiryTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Scheduler scheduler = new Scheduler();
    private final List<Commit> commits = new ArrayList<>();
    private EtcdCluster etcd;
    private TestClient client;

    @BeforeEach
    void start() {
        start(Version.V3_4, 3);
    }

    private void start(Version version, int members) {
        etcd = new EtcdCluster(scheduler, new SplittableRandom(1), version, members);
        commits.clear();
        etcd.witness(commits::add);
        client = new TestClient(scheduler, etcd.currentLeader());
    }

    @Test
    void endsWithinATickAfterTheLastRenewal() {
        Etcd.Lease lease = client.grant(5);
        client.putLeased("b", lease.id());
        client.putLeased("a", lease.id());
        runFor(3);
        assertEquals(Duration.ofSeconds(5), client.renew(lease.id()).value.ttl());
        long renewed = etcd.lease(lease.id()).renewed();
        runFor(20);
        Commit end = commits.get(commits.size() - 1);
        assertEquals(Commit.Cause.LEASE_EXPIRED, end.cause());
        assertEquals(lease.id(), end.lease());
        assertEquals(List.of("a", "b"), end.changes().stream().map(change -> change.key().toStringUtf8()).toList());
        assertTrue(end.changes().stream().allMatch(change -> change.before() != null && change.after() == null));
        long lived = end.time() - renewed;
        assertTrue(lived >= 5 * SECOND && lived <= 5 * SECOND + SECOND / 2 + SECOND / 50, () -> lived + " ns");
        assertNull(etcd.lease(lease.id()));
        client.renew(lease.id()).assertFailed(Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
    }

    @Test
    void hasAtLeastTwoSeconds() {
        assertEquals(Duration.ofSeconds(2), client.grant(0).ttl());
    }

    @Test
    void aRenewalAfterTheExpiryFindsNoLease() {
        Etcd.Lease lease = client.grant(2);
        long expires = etcd.lease(lease.id()).expires();
        runUntil(expires + 1);
        assertNotNull(etcd.lease(lease.id()), "not ended yet");
        client.renew(lease.id()).assertFailed(Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
    }

    @Test
    void aChangeOfTheLeaderGivesTheWholeTimeAgain() {
        Etcd.Lease lease = client.grant(5);
        runFor(4);
        etcd.changeLeader();
        runFor(1);
        long promoted = scheduler.now();
        runUntil(promoted + 4 * SECOND);
        assertNotNull(etcd.lease(lease.id()));
        assertTrue(etcd.lease(lease.id()).expires() > promoted + 4 * SECOND);
        runFor(3);
        assertNull(etcd.lease(lease.id()));
    }

    @Test
    void nothingEndsWithoutAMajority() {
        int leader = etcd.currentLeader().index();
        Etcd.Lease lease = client.grant(5);
        client.putLeased("a", lease.id());
        for (int i = 0; i < 3; i++) {
            if (i != leader) {
                etcd.kill(i);
            }
        }
        runFor(120);
        assertNotNull(etcd.lease(lease.id()));
        etcd.start((leader + 1) % 3);
        runFor(4);
        assertNotNull(etcd.lease(lease.id()));
        runFor(6);
        assertNull(etcd.lease(lease.id()));
    }

    @Test
    void aMemberThatLagsRenewsThoughItsReadsTimeOut() {
        int other = (etcd.currentLeader().index() + 1) % 3;
        TestClient atOther = new TestClient(scheduler, etcd.member(other));
        Etcd.Lease lease = client.grant(5);
        runFor(1);
        etcd.lag(other, Duration.ofMinutes(1));
        client.put("a", "");
        TestClient.Reply<Range.Page> read = atOther.ask((server, answer) -> server.read(TestClient.range("a", ""), answer));
        for (int i = 0; i < 5; i++) {
            runFor(2);
            assertEquals(lease, atOther.renew(lease.id()).value);
        }
        assertFalse(read.isDone());
        etcd.lag(other, Duration.ZERO);
        runFor(1);
        assertNotNull(read.value);
    }

    @Test
    void anUnknownLeaseLetsNothingBeWritten() {
        Transaction two = new Transaction(List.of(),
                List.of(new Transaction.Put(TestClient.bytes("a"), TestClient.bytes("1"), 0),
                        new Transaction.Put(TestClient.bytes("b"), TestClient.bytes("1"), 77)),
                List.of());
        client.<Transaction.Result> answer((server, answer) -> server.commit(two, answer)).assertFailed(Status.Code.NOT_FOUND,
                "etcdserver: requested lease not found");
        assertEquals(List.of(), commits);
        assertEquals(1, etcd.revision());
    }

    @Test
    void aKeyThatWasPutAgainStays() {
        Etcd.Lease lease = client.grant(5);
        client.putLeased("a", lease.id());
        client.putLeased("b", lease.id());
        client.put("a", "");
        assertEquals(List.of(TestClient.bytes("b")), etcd.lease(lease.id()).keys());
        client.<Void> value((server, answer) -> server.revoke(lease.id(), answer));
        assertEquals(List.of("a"), client.keys("a"));
        assertEquals(List.of(), client.keys("b"));
        client.<Void> answer((server, answer) -> server.revoke(lease.id(), answer)).assertFailed(Status.Code.NOT_FOUND,
                "etcdserver: requested lease not found");
    }

    @ParameterizedTest
    @EnumSource
    void anIsolatedLeaderRenewsUntilItStepsDown(Version version) {
        start(version, 3);
        Etcd.Lease lease = client.grant(5);
        etcd.isolate(etcd.currentLeader().index());
        assertEquals(lease, client.renew(lease.id()).value);
        runFor(3);
        client.renew(lease.id()).assertFailed(Status.Code.UNAVAILABLE, "etcdserver: no leader");
        TestClient atNew = new TestClient(scheduler, etcd.currentLeader());
        assertEquals(lease, atNew.renew(lease.id()).value);
    }

    @Test
    void aLeaderThatWasFrozenRenewsBufferedRequestsInOldVersions() {
        renewedAfterTheThaw(Version.V3_4, null);
    }

    @Test
    void aLeaderThatWasFrozenAsksTheOthersFirstInNewVersions() {
        renewedAfterTheThaw(Version.V3_6, Status.Code.UNKNOWN);
    }

    private void renewedAfterTheThaw(Version version, Status.Code expected) {
        start(version, 3);
        Etcd.Lease lease = client.grant(60);
        int former = etcd.currentLeader().index();
        etcd.freeze(former);
        TestClient.Reply<Etcd.Lease> reply = client.ask((server, answer) -> server.renew(lease.id(), answer));
        runFor(10);
        assertFalse(reply.isDone());
        etcd.thaw(former);
        runFor(1);
        assertEquals(expected, reply.status == null ? null : reply.status.getCode());
    }

    private void runFor(int seconds) {
        TestClient.runFor(scheduler, Duration.ofSeconds(seconds));
    }

    private void runUntil(long time) {
        TestClient.runFor(scheduler, Duration.ofNanos(time - scheduler.now()));
    }
}
