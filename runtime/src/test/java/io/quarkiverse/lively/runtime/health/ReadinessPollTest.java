package io.quarkiverse.lively.runtime.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;

class ReadinessPollTest {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final String DATABASE = "not ready: the readiness check 'database' is DOWN";
    private static final String SILENCE = "not ready: the readiness checks did not answer within 3 s";

    private final FakeWorker worker = new FakeWorker();
    private final FakeChecks checks = new FakeChecks();
    private final List<String> told = new ArrayList<>();
    private final ReadinessPoll poll = poll(INTERVAL, TIMEOUT);

    @Test
    void asksAtOnceAndThenAtEachInterval() {
        worker.pass(INTERVAL.multipliedBy(2));
        assertEquals(0, checks.asked);
        poll.start();
        assertEquals(1, checks.asked);
        worker.pass(INTERVAL.multipliedBy(3));
        assertEquals(4, checks.asked);
        assertEquals(List.of("ready"), told);
    }

    /** An application may have several sockets, each of which starts it. */
    @Test
    void startsOnce() {
        poll.start();
        poll.start();
        worker.pass(INTERVAL);
        assertEquals(2, checks.asked);
    }

    @Test
    void asksNowForACaller() {
        poll.start();
        worker.pass(Duration.ofSeconds(1));
        checks.down = Set.of("database");
        assertTrue(poll.check().isDone());
        assertEquals(2, checks.asked);
        assertEquals(List.of("ready", DATABASE), told);
        worker.pass(INTERVAL);
        assertEquals(3, checks.asked, "an interval after the last question");
    }

    /** The open question may have been answered before the change that the caller knows of. */
    @Test
    void asksOnceMoreForCallersThatComeWhileItAsks() {
        checks.hang();
        poll.start();
        CompletableFuture<Void> one = poll.check();
        CompletableFuture<Void> two = poll.check();
        assertEquals(1, checks.asked);
        assertTrue(!one.isDone() && !two.isDone());
        checks.down = Set.of("database");
        checks.answer(Set.of());
        assertTrue(one.isDone() && two.isDone());
        assertEquals(List.of("ready", DATABASE), told);
        assertEquals(2, checks.asked);
    }

    @Test
    void aCallerDoesNotWaitLongerThanTheTimeout() {
        poll.start();
        checks.hang();
        CompletableFuture<Void> caller = poll.check();
        CompletableFuture<Void> later = poll.check();
        assertTrue(!caller.isDone());
        worker.pass(TIMEOUT);
        assertTrue(caller.isDone() && later.isDone());
        assertTrue(poll.check().isDone(), "the checks hang, and are not asked twice at a time");
        assertEquals(2, checks.asked);
    }

    @Test
    void asksNothingForACallerBeforeItStartsAndAfterItIsStopped() {
        assertTrue(poll.check().isDone());
        checks.hang();
        poll.start();
        CompletableFuture<Void> caller = poll.check();
        assertEquals(1, checks.asked);
        poll.stop();
        assertTrue(caller.isDone());
        assertTrue(poll.check().isDone());
        assertEquals(1, checks.asked);
    }

    @Test
    void aCallerIsAnsweredAfterTheWorkerHasEnded() {
        Worker thread = new SystemPlatform().worker("lively-test");
        ReadinessPoll ended = new ReadinessPoll(checks, thread, new ReadinessPoll.Settings(INTERVAL, TIMEOUT, 1, 1), false,
                () -> told.add("ready"), told::add);
        ended.stop();
        CompletableFuture.runAsync(() -> {
        }, thread).join();
        thread.close();
        assertTrue(ended.check().isDone());
    }

    @Test
    void theFirstAnswerIsTheVerdict() {
        checks.down = Set.of("database");
        poll.start();
        assertEquals(List.of(DATABASE), told);
    }

    @Test
    void fastDownAndSlowUp() {
        poll.start();
        checks.down = Set.of("database");
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE), told);
        checks.down = Set.of();
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE), told);
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE, "ready"), told);
    }

    /** SmallRye Health logs a check that throws each time that it is asked. */
    @Test
    void checksThatStayDownAreAskedOnceASecond() {
        Duration interval = Duration.ofMillis(200);
        poll(interval, TIMEOUT).start();
        worker.pass(interval.multipliedBy(5));
        assertEquals(6, checks.asked);
        checks.down = Set.of("database");
        worker.pass(interval);
        assertEquals(List.of("ready", DATABASE), told);
        worker.pass(Duration.ofSeconds(10));
        assertEquals(17, checks.asked);
        checks.down = Set.of();
        worker.pass(Duration.ofSeconds(1).plus(interval));
        assertEquals(List.of("ready", DATABASE, "ready"), told);
    }

    @Test
    void namesTheChecksThatAreDown() {
        checks.down = new TreeSet<>(Set.of("queue", "database"));
        poll.start();
        worker.pass(INTERVAL);
        checks.down = Set.of("database");
        worker.pass(INTERVAL.multipliedBy(2));
        assertEquals(List.of("not ready: the readiness checks 'database', 'queue' are DOWN", DATABASE), told);
    }

    @Test
    void checksThatHangKeepTheVerdict() {
        poll.start();
        checks.hang();
        worker.pass(Duration.ofMinutes(10));
        assertEquals(List.of("ready"), told);

        checks.answer(Set.of("database"));
        assertEquals(List.of("ready"), told, "what was true when it was asked may be true no more");
        checks.down = Set.of();
        worker.pass(INTERVAL);
        assertEquals(List.of("ready"), told);
        checks.down = Set.of("database");
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE), told);
    }

    /** At 5 s; and then not before 3, 6, 12, 24, 48, 96, 192 s have passed, rounded up to the interval. */
    @Test
    void checksThatHangAreAskedLessAndLess() {
        poll.start();
        checks.hang();
        worker.pass(Duration.ofSeconds(9));
        assertEquals(2, checks.asked);
        worker.pass(Duration.ofSeconds(1));
        assertEquals(3, checks.asked);
        worker.pass(Duration.ofSeconds(9));
        assertEquals(3, checks.asked);
        worker.pass(Duration.ofSeconds(1));
        assertEquals(4, checks.asked);
        worker.pass(Duration.ofDays(1));
        assertTrue(checks.asked < 40, checks.asked + " threads blocked");
    }

    @Test
    void anAnswerThatGotLostIsAskedForAgain() {
        poll.start();
        checks.hang();
        worker.pass(INTERVAL);
        checks.hanging = null;
        checks.down = Set.of("database");
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE), told);
    }

    @Test
    void anAnswerToAQuestionThatWasGivenUpOnIsNotTheAnswerToTheNext() {
        poll.start();
        checks.hang();
        worker.pass(INTERVAL);
        CompletableFuture<Set<String>> first = checks.hanging;
        checks.hang();
        worker.pass(INTERVAL);
        first.complete(Set.of("database"));
        assertEquals(List.of("ready"), told);
        checks.answer(Set.of());
        assertEquals(List.of("ready"), told);
    }

    @Test
    void checksThatAreSlowButNotTooSlow() {
        poll.start();
        checks.hang();
        worker.pass(INTERVAL.plus(TIMEOUT).minusMillis(1));
        checks.answer(Set.of("database"));
        assertEquals(List.of("ready", DATABASE), told);
    }

    @Test
    void checksThatHangFromTheFirstAreNotReady() {
        checks.hang();
        poll.start();
        worker.pass(TIMEOUT.minusMillis(1));
        assertEquals(List.of(), told);
        worker.pass(Duration.ofMillis(1));
        assertEquals(List.of(SILENCE), told);
        checks.answer(Set.of());
        worker.pass(INTERVAL);
        assertEquals(List.of(SILENCE, "ready"), told, "the first answer is the verdict, still");
    }

    /** A reload in dev mode can lose the first answer. */
    @Test
    void checksThatHangFromTheFirstLeaveWhatAnEarlierStartPublished() {
        ReadinessPoll next = poll(INTERVAL, TIMEOUT, true);
        checks.hang();
        next.start();
        worker.pass(TIMEOUT);
        assertEquals(List.of(), told);
        checks.hanging = null;
        checks.down = Set.of("database");
        worker.pass(INTERVAL);
        assertEquals(List.of(DATABASE), told, "the first answer is the verdict, still");
    }

    @Test
    void aQuestionThatFailsKeepsTheVerdict() {
        poll.start();
        checks.failure = new IllegalStateException("no checks");
        worker.pass(INTERVAL.multipliedBy(3));
        assertEquals(4, checks.asked);
        assertEquals(List.of("ready"), told);
        checks.failure = null;
        checks.down = Set.of("database");
        worker.pass(INTERVAL);
        assertEquals(List.of("ready", DATABASE), told);
    }

    @Test
    void aQuestionThatFailsFromTheFirstIsNotReady() {
        checks.failure = new IllegalStateException("no checks");
        poll.start();
        worker.pass(INTERVAL);
        assertEquals(List.of("not ready: the readiness checks could not be asked"), told);
    }

    @Test
    void silenceBreaksARow() {
        checks.down = Set.of("database");
        poll.start();
        checks.down = Set.of();
        worker.pass(INTERVAL);
        checks.failure = new IllegalStateException("no checks");
        worker.pass(INTERVAL);
        checks.failure = null;
        worker.pass(INTERVAL);
        assertEquals(List.of(DATABASE), told);
        worker.pass(INTERVAL);
        assertEquals(List.of(DATABASE, "ready"), told);
    }

    @Test
    void aChangeAsksAtOnce() {
        checks.hint.run();
        assertEquals(0, checks.asked, "it does not serve yet");
        poll.start();
        worker.pass(Duration.ofSeconds(1));
        checks.down = Set.of("database");
        checks.hint.run();
        assertEquals(List.of("ready", DATABASE), told);
        worker.pass(INTERVAL.minusMillis(1));
        assertEquals(2, checks.asked);
        worker.pass(Duration.ofMillis(1));
        assertEquals(3, checks.asked);
    }

    /** SmallRye Health tells of the change that an answer is while it gives the answer. */
    @Test
    void anAnswerDoesNotCauseTheNextQuestion() {
        checks.hintWithEachAnswer = true;
        poll.start();
        worker.pass(INTERVAL);
        assertEquals(2, checks.asked);
    }

    @Test
    void stopEndsIt() {
        poll.start();
        poll.stop();
        checks.down = Set.of("database");
        checks.hint.run();
        poll.start();
        worker.pass(INTERVAL.multipliedBy(10));
        assertEquals(1, checks.asked);
        assertEquals(List.of("ready"), told);
    }

    @Test
    void nothingIsToldAfterStop() {
        checks.hang();
        poll.start();
        poll.stop();
        checks.answer(Set.of());
        worker.pass(INTERVAL.multipliedBy(10));
        assertEquals(List.of(), told);
    }

    @Test
    void whatIsNeverStartedSaysNothing() {
        poll.stop();
        poll.start();
        worker.pass(INTERVAL);
        assertEquals(0, checks.asked);
    }

    /** The poll and the deadline are due at the same time. */
    @Test
    void timeoutAsLongAsTheInterval() {
        ReadinessPoll other = poll(TIMEOUT, TIMEOUT);
        checks.hang();
        other.start();
        worker.pass(TIMEOUT);
        assertEquals(List.of(SILENCE), told);
        checks.hanging = null;
        worker.pass(TIMEOUT);
        assertEquals(List.of(SILENCE, "ready"), told);
    }

    @Test
    void timeoutLongerThanTheInterval() {
        ReadinessPoll other = poll(TIMEOUT.dividedBy(10), TIMEOUT);
        checks.hang();
        other.start();
        worker.pass(TIMEOUT.minusMillis(1));
        assertEquals(1, checks.asked);
        checks.answer(Set.of());
        assertEquals(List.of("ready"), told);
        worker.pass(TIMEOUT);
        assertEquals(11, checks.asked);
    }

    private ReadinessPoll poll(Duration interval, Duration timeout) {
        return poll(interval, timeout, false);
    }

    private ReadinessPoll poll(Duration interval, Duration timeout, boolean published) {
        return new ReadinessPoll(checks, worker, new ReadinessPoll.Settings(interval, timeout, 2, 1), published,
                () -> told.add("ready"), why -> told.add("not ready: " + why));
    }

    private static final class FakeChecks implements ReadinessChecks {

        int asked;
        Set<String> down = Set.of();
        RuntimeException failure;
        boolean hintWithEachAnswer;
        CompletableFuture<Set<String>> hanging;
        Runnable hint;

        /** From the next question on, until {@link #answer}. */
        void hang() {
            hanging = new CompletableFuture<>();
        }

        void answer(Set<String> late) {
            CompletableFuture<Set<String>> answered = hanging;
            hanging = null;
            answered.complete(late);
        }

        @Override
        public CompletableFuture<Set<String>> down() {
            asked++;
            if (failure != null) {
                throw failure;
            }
            if (hintWithEachAnswer) {
                hint.run();
            }
            return hanging != null ? hanging : CompletableFuture.completedFuture(down);
        }

        @Override
        public void onChange(Runnable hint) {
            this.hint = hint;
        }
    }
}
