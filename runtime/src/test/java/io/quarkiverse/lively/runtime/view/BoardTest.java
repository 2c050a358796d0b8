package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness.State;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.store.RegistryChanges;
import io.quarkiverse.lively.runtime.store.ServiceChange;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.test.Events;

/** What is shown after a list that misses much: the brake. */
class BoardTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final FakeWorker worker = new FakeWorker();
    private final List<LivenessEvent> events = new ArrayList<>();
    private Board board;

    @BeforeEach
    void start() {
        restart(LIMIT);
    }

    @Test
    void servicesThatGoInAMassStayUntilTheLimit() {
        list(1, up(0, 20));
        list(2, gone(0, 11), up(11, 20));
        assertEquals(State.SUSPECT, state());
        assertEquals(20, ups());
        assertEquals(List.of(), events);

        worker.pass(LIMIT.minusNanos(1));
        assertEquals(20, ups());
        worker.pass(Duration.ofNanos(1));
        assertEquals(State.CURRENT, state());
        assertEquals(9, ups());
        assertEquals(12, events.size());
        assertTrue(events.subList(0, 11).stream().allMatch(event -> event instanceof ServiceRemoved));
        assertEquals("RESYNCED", events.get(11).kind());
    }

    @Test
    void thoseThatExpiredWithoutAWordAreSuspectToo() {
        list(1, up(0, 10));
        list(2, changes(0, 10, i -> Optional.of(service(i, Status.UP, Liveness.EXPIRED))));
        assertEquals(State.SUSPECT, state());
        assertEquals(10, ups());
        worker.pass(LIMIT);
        assertEquals(0, ups());
        assertEquals(Reason.EXPIRED, Events.reason(events.get(0)));
    }

    @Test
    void whatIsHeardOfThemAppliesAtOnce() {
        list(1, up(0, 10));
        list(2, gone(0, 10));
        board.changed(List.of(new RegistryChanges(3, down(0, 1), List.of())));
        assertEquals(9, ups());
        assertEquals(State.SUSPECT, state());
        board.changed(List.of(new RegistryChanges(4, up(1, 10), List.of())));
        assertEquals(State.CURRENT, state(), "all are back");
        assertEquals(9, ups());
        assertEquals(List.of("CHANGED", "RESYNCED"), Events.kinds(events));
        worker.pass(LIMIT.multipliedBy(2));
        assertEquals(9, ups());
    }

    @Test
    void aFurtherListDoesNotGiveThemMoreTime() {
        list(1, up(0, 20));
        list(2, gone(0, 20));
        worker.pass(LIMIT.dividedBy(2));
        // The copy of the keys has forgotten them, so this list does not mention those that are still gone.
        list(3, up(0, 12));
        assertEquals(20, ups());
        worker.pass(LIMIT.dividedBy(2));
        assertEquals(12, ups());
        assertEquals(State.CURRENT, state());
        assertEquals("RESYNCED", events.get(events.size() - 1).kind());
        assertEquals(1, events.stream().filter(event -> event instanceof Resynced).count());
    }

    @Test
    void aListMadeWhileWatchingMakesNoneSuspectAndLeavesThoseThatAre() {
        list(1, up(0, 20));
        list(2, gone(0, 11), up(11, 20));
        board.refreshed(new RegistryChanges(3, Stream.concat(up(0, 1).stream(), gone(11, 20).stream()).toList(), List.of()),
                Moment.now(worker));
        assertEquals(State.SUSPECT, state());
        assertEquals(11, ups(), "one is back, ten are suspect, and nine have gone while somebody watched");
        worker.pass(LIMIT);
        assertEquals(1, ups());
        assertEquals(State.CURRENT, state());
    }

    @Test
    void aFewMayGo() {
        list(1, up(0, 20));
        list(2, gone(0, 10));
        assertEquals(State.CURRENT, state());
        assertEquals(10, ups(), "half is not more than half");

        restart(LIMIT);
        list(1, up(0, 9));
        list(2, gone(0, 9));
        assertEquals(0, ups(), "nine are too few to be a mass");
    }

    @Test
    void aWordOfDownIsBelieved() {
        list(1, up(0, 20));
        list(2, down(0, 20));
        assertEquals(State.CURRENT, state());
        assertEquals(0, ups());
    }

    @Test
    void theFirstListIsBelieved() {
        list(1, changes(0, 20, i -> Optional.of(service(i, Status.UP, Liveness.EXPIRED))));
        assertEquals(State.CURRENT, state());
        assertEquals(0, ups());
    }

    @Test
    void theWatchIsBelieved() {
        list(1, up(0, 20));
        board.changed(List.of(new RegistryChanges(2, gone(0, 20), List.of())));
        assertEquals(State.CURRENT, state());
        assertEquals(0, ups());
    }

    @Test
    void theBrakeCanBeSwitchedOff() {
        restart(Duration.ZERO);
        list(1, up(0, 20));
        list(2, gone(0, 20));
        assertEquals(State.CURRENT, state());
        assertEquals(0, ups());
    }

    @Test
    void aListThatTellsNothingNewTellsNobody() {
        list(1, up(0, 3));
        list(2, up(0, 3));
        assertEquals(List.of(), events);
        board.listed(new RegistryChanges(3, up(0, 3), List.of()), true, Moment.now(worker));
        assertEquals(List.of("RESYNCED"), Events.kinds(events));
    }

    @Test
    void withoutTheWatchItIsStaleAndDoesNotGetYounger() {
        list(1, up(0, 3));
        worker.pass(Duration.ofSeconds(1));
        Moment asOf = Moment.now(worker);
        board.follow(asOf);
        assertEquals(asOf, board.shown().asOf());
        worker.pass(Duration.ofSeconds(1));
        board.lag();
        assertEquals(State.STALE, state());
        board.changed(List.of(new RegistryChanges(2, down(0, 1), List.of())));
        assertEquals(asOf, board.shown().asOf(), "a change does not say how old it is");
        assertEquals(2, ups());
    }

    @Test
    void whatIsProvenLateDoesNotMakeItOlder() {
        Moment asked = Moment.now(worker);
        worker.pass(Duration.ofSeconds(1));
        list(1, up(0, 3));
        board.follow(asked);
        assertEquals(Moment.now(worker), board.shown().asOf());
    }

    private void restart(Duration limit) {
        board = new Board(worker, limit, revision -> {
        }, LivelyMetrics.NONE);
        events.clear();
        Flow.Subscriber<LivenessEvent> listener = new Listener(event -> {
            if (!Events.isOfSnapshot(event)) {
                events.add(event);
            }
        }, new LongAdder());
        Delivery delivery = new Delivery(ServiceQuery.all(), 1000, Runnable::run, worker, listener);
        listener.onSubscribe(delivery);
        board.join(delivery);
    }

    @SafeVarargs
    private void list(long revision, List<ServiceChange>... changes) {
        board.listed(new RegistryChanges(revision, List.of(changes).stream().flatMap(List::stream).toList(), List.of()), false,
                Moment.now(worker));
        board.follow(Moment.now(worker));
    }

    private State state() {
        return board.shown().state();
    }

    private int ups() {
        return board.shown().fleet().list(ServiceQuery.ofLiveness(Liveness.UP)).size();
    }

    private static List<ServiceChange> up(int from, int to) {
        return changes(from, to, i -> Optional.of(service(i, Status.UP, Liveness.UP)));
    }

    private static List<ServiceChange> down(int from, int to) {
        return changes(from, to, i -> Optional.of(service(i, Status.DOWN, Liveness.DOWN)));
    }

    private static List<ServiceChange> gone(int from, int to) {
        return changes(from, to, i -> Optional.empty());
    }

    private static List<ServiceChange> changes(int from, int to,
            java.util.function.IntFunction<Optional<ServiceRecord>> service) {
        return IntStream.range(from, to).mapToObj(i -> {
            Optional<ServiceRecord> current = service.apply(i);
            return new ServiceChange("u" + i, current, current.map(ServiceRecord::reason).orElse(Reason.UNKNOWN));
        }).toList();
    }

    private static ServiceRecord service(int i, Status status, Liveness liveness) {
        return new ServiceRecord("u" + i, "type", "h" + i, "r", status, Optional.empty(), Optional.empty(), Map.of(), false,
                liveness,
                liveness == Liveness.EXPIRED ? Reason.EXPIRED : Reason.REGISTERED, Optional.empty(), 1);
    }
}
