package io.quarkiverse.lively.simulation.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.grpc.Status;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.simulation.Scheduler;

/** What watches of the model of etcd get, and when. */
class MemberWatchTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Scheduler scheduler = new Scheduler();
    private EtcdCluster etcd = cluster(Version.V3_4);
    private TestClient client = new TestClient(scheduler, etcd.currentLeader());

    private EtcdCluster cluster(Version version) {
        return new EtcdCluster(scheduler, new SplittableRandom(1), version, 3);
    }

    @Test
    void getsThePastAndThenThePresentInOrder() {
        putTimes(3);
        TestClient.Watched watched = client.watch("a", "b", 3, false);
        runFor(SECOND);
        assertEquals(4, watched.created);
        client.put("a", "");
        client.put("c", "");
        client.delete("a");
        runFor(SECOND);
        assertEquals(List.of(3L, 4L, 5L, 7L), watched.revisions());
        Watch.Response last = watched.responses.get(watched.responses.size() - 1);
        assertEquals(7, last.revision());
        assertTrue(last.events().get(0).deleted());
    }

    @Test
    void getsTheEventsOfOneRevisionInOneResponse() {
        TestClient.Watched watched = client.watch("a", "b", 0, false);
        runFor(SECOND);
        client.<Transaction.Result> value((server, answer) -> server.commit(new Transaction(List.of(),
                List.of(new Transaction.Put(TestClient.bytes("a2"), TestClient.bytes(""), 0),
                        new Transaction.Put(TestClient.bytes("b"), TestClient.bytes(""), 0),
                        new Transaction.Put(TestClient.bytes("a1"), TestClient.bytes(""), 0)),
                List.of()), answer));
        runFor(SECOND);
        assertEquals(1, watched.responses.size());
        assertEquals(List.of("a2", "a1"),
                watched.responses.get(0).events().stream().map(event -> event.entry().key().toStringUtf8()).toList());
    }

    @Test
    void acceptsARevisionToComeInSilence() {
        TestClient.Watched watched = client.watch("a", "", 4, false);
        runFor(SECOND);
        assertEquals(1, watched.created);
        putTimes(5);
        runFor(SECOND);
        assertEquals(List.of(4L, 5L, 6L), watched.revisions());
    }

    @Test
    void catchesUpInBatches() {
        putTimes(2500);
        TestClient.Watched watched = client.watch("a", "b", 2, false);
        runFor(SECOND);
        assertEquals(List.of(1000, 1000, 500), watched.responses.stream().map(response -> response.events().size()).toList());
        assertEquals(LongStream.rangeClosed(2, 2501).boxed().toList(), watched.revisions());
        assertTrue(watched.responses.stream().allMatch(response -> response.revision() == 2501));
    }

    @Test
    void endsIfItsRevisionIsCompacted() {
        putTimes(5);
        etcd.compact(4);
        runFor(SECOND);
        TestClient.Watched gone = client.watch("a", "b", 3, false);
        TestClient.Watched kept = client.watch("a", "b", 4, false);
        runFor(SECOND);
        assertEquals(6, gone.created);
        assertEquals(Status.Code.OUT_OF_RANGE, gone.end.getCode());
        assertTrue(gone.end.getDescription().contains("required revision has been compacted"));
        assertTrue(gone.end.getDescription().endsWith(" 4"));
        assertEquals(List.of(4L, 5L, 6L), kept.revisions());
        assertEquals(0, gone.revisions().size());
    }

    @Test
    void aMemberThatLagsSendsEventsLater() {
        int other = (etcd.currentLeader().index() + 1) % 3;
        TestClient late = new TestClient(scheduler, etcd.member(other));
        etcd.lag(other, Duration.ofSeconds(3));
        TestClient.Watched watched = late.watch("a", "b", 0, false);
        runFor(SECOND);
        putTimes(2);
        runFor(Duration.ofMillis(2500));
        assertEquals(1, etcd.member(other).appliedRevision());
        assertEquals(List.of(), watched.revisions());
        runFor(SECOND);
        assertEquals(List.of(2L, 3L), watched.revisions());
    }

    @Test
    void isSilentOnceItIsCancelledOrItsConnectionIsClosed() {
        TestClient other = new TestClient(scheduler, etcd.currentLeader());
        TestClient.Watched cancelled = client.watch("a", "b", 0, true);
        TestClient.Watched closed = other.watch("a", "", 0, true);
        runFor(SECOND);
        assertEquals(2, etcd.currentLeader().watches());
        cancelled.watch.cancel();
        other.connection().close();
        assertEquals(0, etcd.currentLeader().watches());
        putTimes(3);
        runFor(SECOND);
        assertEquals(List.of(), cancelled.revisions());
        assertEquals(List.of(), closed.revisions());
        assertNull(closed.end);
    }

    @Test
    void getsProgressIfNothingHappens() {
        etcd.progressEvery(Duration.ofSeconds(5));
        TestClient.Watched watched = client.watch("a", "b", 0, true);
        TestClient.Watched without = client.watch("a", "b", 0, false);
        client.put("other", "");
        runFor(Duration.ofSeconds(6));
        assertEquals(1, watched.responses.size());
        assertEquals(2, watched.responses.get(0).revision());
        assertEquals(List.of(), watched.responses.get(0).events());
        assertEquals(0, without.responses.size());
    }

    @Test
    void progressOvertakesEventsInOldVersionsOnly() {
        assertEquals(List.of(true, false), List.of(overtakes(Version.V3_4), overtakes(Version.V3_6)));
    }

    private boolean overtakes(Version version) {
        etcd = cluster(version);
        client = new TestClient(scheduler, etcd.currentLeader());
        etcd.progressEvery(Duration.ofMillis(20));
        putTimes(3000);
        List<Boolean> overtaken = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            TestClient.Watched watched = client.watch("a", "b", 2, true);
            runFor(SECOND);
            assertEquals(3000, watched.revisions().size());
            overtaken.add(watched.responses.get(0).events().isEmpty() && watched.responses.get(0).revision() == 3001);
            watched.watch.cancel();
        }
        return overtaken.contains(true);
    }

    private void putTimes(int times) {
        for (int i = 0; i < times; i++) {
            client.put("a", Integer.toString(i));
        }
    }

    private void runFor(Duration time) {
        TestClient.runFor(scheduler, time);
    }
}
