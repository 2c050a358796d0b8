package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.test.LogLines;

/**
 * When a member is left for the next one, and which lines the log has of it. The members are fakes on the clock of the test,
 * since no real member fails calls of one kind only at a given moment. The simulation has whole applications.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
@Isolated
class LeavingMembersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final Transaction WRITE = new Transaction(List.of(), List.of(new Transaction.Delete(Range.ANYTHING.from())),
            List.of());

    private final FakeWorker clock = new FakeWorker();
    private final List<Member> members = IntStream.range(0, 3).mapToObj(Member::new).toList();
    private final EtcdSettings settings = new EtcdSettings(members.stream().map(member -> member.uri).toList(),
            Duration.ofSeconds(1), Duration.ofSeconds(1), PATIENCE);
    private int made;
    private final EtcdConnection connection = EtcdConnection.of(generation -> {
        made++;
        return members.get(generation % members.size());
    }, settings, new FakePlatform(clock));

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void aMemberThatFailsOneKindOfCallsIsLeftAfterThePatienceThoughOthersSucceed(CallKind kind) {
        members.get(0).fails(kind, FailureClass.FAILING_MEMBER);
        for (long tenths = 0; tenths < PATIENCE.toMillis() / TENTH.toMillis(); tenths++) {
            callEach();
            assertEquals(1, made, "after " + tenths + " tenths of a second");
            pass(TENTH);
        }
        callEach();
        assertEquals(2, made);
        assertEquals(EnumSet.allOf(CallKind.class), succeeding());
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void aSuccessOfThatKindIsTheEndOfItsFailures(CallKind kind) {
        for (int i = 0; i < 10; i++) {
            members.get(0).fails(kind, FailureClass.FAILING_MEMBER);
            call(kind);
            pass(PATIENCE.minusNanos(1));
            call(kind);
            members.get(0).serves();
            call(kind);
        }
        assertEquals(1, made);
    }

    @Test
    void aRefusalIsAnAnswer() {
        for (FailureClass answer : List.of(FailureClass.CLUSTER, FailureClass.REFUSED, FailureClass.DENIED,
                FailureClass.COMPACTED, FailureClass.LEASE_NOT_FOUND, FailureClass.TOO_LARGE, FailureClass.NO_TOKEN)) {
            members.get(0).fails(CallKind.REQUEST, answer);
            call(CallKind.REQUEST);
            pass(PATIENCE);
            call(CallKind.REQUEST);
        }
        assertEquals(1, made);
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void aMemberThatIsNotFitToServeIsLeftAtOnce(CallKind kind) {
        members.get(0).fails(kind, FailureClass.UNFIT_MEMBER);
        call(kind);
        assertEquals(2, made);
    }

    @Test
    void aCallThatWroteNothingIsRepeatedAtTheNextMember() {
        members.get(0).fails(CallKind.REQUEST, FailureClass.UNFIT_MEMBER);
        members.get(1).fails(CallKind.REQUEST, FailureClass.UNFIT_MEMBER);
        assertTrue(connection.commit(WRITE).join().succeeded());
        assertEquals(List.of(1, 1, 1), members.stream().map(member -> member.requests).toList());
    }

    @Test
    void aCallThatMayHaveWrittenIsNotRepeated() {
        members.get(0).fails(CallKind.REQUEST, FailureClass.FAILING_MEMBER);
        assertThrows(CompletionException.class, connection.commit(WRITE)::join);
        pass(PATIENCE);
        assertThrows(CompletionException.class, connection.commit(WRITE)::join);
        assertEquals(2, made, "it was left");
        assertEquals(List.of(2, 0, 0), members.stream().map(member -> member.requests).toList());
    }

    /** It is cut short since another call has found out that the member cannot serve. */
    @Test
    void aReadThatIsCutShortIsRepeatedAtTheNextMemberAndAWriteIsNot() {
        members.get(0).hangs = true;
        CompletableFuture<Transaction.Result> read = connection.commit(Transaction.read(List.of(Range.ANYTHING.from())));
        CompletableFuture<Transaction.Result> write = connection.commit(WRITE);
        members.get(0).hangs = false;
        members.get(0).fails(CallKind.RENEWAL, FailureClass.UNFIT_MEMBER);
        call(CallKind.RENEWAL);
        assertTrue(read.join().succeeded());
        assertThrows(CompletionException.class, write::join);
        assertEquals(List.of(2, 1, 0), members.stream().map(member -> member.requests).toList());
    }

    /** A learner refuses within a millisecond, and a fleet may call it a thousand times a second. */
    @ParameterizedTest
    @ValueSource(strings = { "UNFIT_MEMBER", "REJECTING_MEMBER", "NOT_ETCD" })
    void ifNoMemberServesTheyAreTriedInTurnOnceInThePatience(FailureClass failure) {
        members.forEach(member -> member.fails(CallKind.REQUEST, failure));
        for (int milliseconds = 0; milliseconds < 20_000; milliseconds++) {
            call(CallKind.REQUEST);
            pass(Duration.ofMillis(1));
        }
        long atOnce = failure == FailureClass.UNFIT_MEMBER ? members.size() - 1 : 0;
        assertEquals(1 + atOnce + (20_000 - 1) / PATIENCE.toMillis(), made);
        assertTrue(members.stream().allMatch(member -> member.requests > 0));
        members.get(1).serves();
        for (int patiences = 0; patiences < members.size(); patiences++) {
            pass(PATIENCE);
            call(CallKind.REQUEST);
        }
        assertTrue(succeeding().contains(CallKind.REQUEST), "the one that serves again is found");
    }

    @Test
    void aMemberThatIsLeftWhileAnotherOneServesIsNoWarning() {
        try (LogLines log = new LogLines()) {
            members.get(0).fails(CallKind.REQUEST, FailureClass.FAILING_MEMBER);
            for (int tenths = 0; tenths < 100; tenths++) {
                callEach();
                pass(TENTH);
            }
            assertEquals(List.of("etcd at http://member-0:2379 fails. Another member is asked from now on"), log.messages());
            assertEquals(List.of(), log.warnings());
        }
    }

    @Test
    void ifNoneServesEachIsNamedOnceAndThereIsOneWarning() {
        members.forEach(member -> member.fails(CallKind.REQUEST, FailureClass.FAILING_MEMBER));
        try (LogLines log = new LogLines()) {
            for (int tenths = 0; tenths < 600; tenths++) {
                callEach();
                pass(TENTH);
            }
            members.forEach(Member::serves);
            callEach();
            callEach();
            assertEquals(List.of("etcd at http://member-0:2379 fails. Another member is asked from now on",
                    "etcd at http://member-1:2379 fails. Another member is asked from now on",
                    "etcd at http://member-2:2379 fails. Trying again until it answers",
                    "etcd answers again"), log.messages());
            assertEquals(1, log.warnings().size());
        }
    }

    /** gRPC has tried all of them then. */
    @Test
    void ifNoneCanBeConnectedToTheWarningComesAfterASecond() {
        members.forEach(member -> member.unreachable = true);
        try (LogLines log = new LogLines()) {
            for (int tenths = 0; tenths < 10; tenths++) {
                call(CallKind.REQUEST);
                assertEquals(List.of(), log.messages());
                pass(TENTH);
            }
            call(CallKind.REQUEST);
            assertEquals(List.of("etcd fails. Trying again until it answers"), log.warnings());
        }
    }

    /** A registration was closed, so that no lease is renewed any more. */
    @Test
    void aKindOfCallsThatIsNotTriedAnyMoreIsForgotten() {
        members.forEach(member -> member.fails(CallKind.RENEWAL, FailureClass.FAILING_MEMBER));
        try (LogLines log = new LogLines()) {
            for (int tenths = 0; tenths < 100; tenths++) {
                callEach();
                pass(TENTH);
            }
            assertEquals(1, log.warnings().size());
            pass(Duration.ofMinutes(1));
            call(CallKind.REQUEST);
            assertEquals(1, log.with("etcd answers again").size());
        }
    }

    @Test
    void aKindOfCallsThatGoesOnFailingIsNotForgotten() {
        members.forEach(member -> member.fails(CallKind.RENEWAL, FailureClass.FAILING_MEMBER));
        try (LogLines log = new LogLines()) {
            for (int seconds = 0; seconds < 300; seconds++) {
                callEach();
                pass(Duration.ofSeconds(1));
            }
            assertEquals(1, log.warnings().size());
            assertEquals(List.of(), log.with("etcd answers again"));
        }
    }

    private void pass(Duration time) {
        clock.pass(time);
    }

    private void callEach() {
        Set.of(CallKind.values()).forEach(this::call);
    }

    private Set<CallKind> succeeding() {
        Set<CallKind> kinds = EnumSet.noneOf(CallKind.class);
        for (CallKind kind : CallKind.values()) {
            if (call(kind)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** Whether it succeeds. */
    private boolean call(CallKind kind) {
        return switch (kind) {
            case REQUEST -> succeeds(connection.commit(WRITE));
            case RENEWAL -> succeeds(connection.renewLease(1, Duration.ofSeconds(1)));
            case WATCH -> {
                Watched watched = new Watched();
                connection.watch(Range.ANYTHING, 1, watched);
                yield watched.created;
            }
        };
    }

    private static boolean succeeds(CompletableFuture<?> call) {
        assertTrue(call.isDone());
        return !call.isCompletedExceptionally();
    }

    private static final class Watched implements Watch.Listener {

        boolean created;

        @Override
        public void created(long revision) {
            created = true;
        }

        @Override
        public void responded(Watch.Response response) {
            throw new AssertionError("Nothing changes");
        }

        @Override
        public void ended(EtcdException cause) {
            assertTrue(!created);
        }
    }

    /** A member that fails some kinds of calls. */
    private static final class Member implements Etcd {

        final URI uri;
        final Map<CallKind, FailureClass> failures = new EnumMap<>(CallKind.class);
        boolean unreachable;
        boolean hangs;
        int requests;
        final List<CompletableFuture<Transaction.Result>> hanging = new ArrayList<>();

        Member(int number) {
            this.uri = URI.create("http://member-" + number + ":2379");
        }

        void fails(CallKind kind, FailureClass failure) {
            failures.put(kind, failure);
        }

        void serves() {
            failures.clear();
        }

        @Override
        public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
            requests++;
            if (hangs) {
                hanging.add(new CompletableFuture<>());
                return hanging.get(hanging.size() - 1);
            }
            return answer(CallKind.REQUEST, new Transaction.Result(true, 1, Map.of()));
        }

        @Override
        public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
            return answer(CallKind.RENEWAL, new Lease(id, deadline));
        }

        @Override
        public Watch watch(Range range, long from, Watch.Listener listener) {
            if (failures.containsKey(CallKind.WATCH)) {
                listener.ended(failure(CallKind.WATCH));
            } else {
                listener.created(1);
            }
            return () -> {
            };
        }

        @Override
        public CompletableFuture<Range.Page> read(Range range) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Lease> grantLease(Duration ttl) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> revokeLease(long id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public KeyWatch watchKeys(KeyWatch.Listener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            hanging.forEach(call -> call.completeExceptionally(
                    new EtcdException(FailureClass.FAILING_MEMBER, Optional.of(uri), "it is closed", null)));
        }

        private <T> CompletableFuture<T> answer(CallKind kind, T answer) {
            return unreachable || failures.containsKey(kind) ? CompletableFuture.failedFuture(failure(kind))
                    : CompletableFuture.completedFuture(answer);
        }

        private EtcdException failure(CallKind kind) {
            return unreachable ? new EtcdException(FailureClass.FAILING_MEMBER, Optional.empty(), "etcd fails", null)
                    : new EtcdException(failures.get(kind), Optional.of(uri), "etcd at " + uri + " fails", null);
        }
    }
}
