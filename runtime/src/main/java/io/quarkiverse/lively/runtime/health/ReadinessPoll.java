package io.quarkiverse.lively.runtime.health;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Asks the readiness checks of the application again and again, and says when the verdict changes. One question at a time:
 * as long as a check hangs, the verdict stays, and no further question is asked. An answer can get lost, though, so each
 * question is given up on after a while, twice as long each time: a check that blocks keeps a thread each time it is asked.
 * All methods may be called on any thread, and none blocks; the verdicts are told on the worker thread.
 */
public final class ReadinessPoll {

    private static final Logger LOG = Logger.getLogger(ReadinessPoll.class);
    private static final Duration MOST_PATIENCE = Duration.ofHours(1);
    private static final Duration LEAST_INTERVAL_WHILE_DOWN = Duration.ofSeconds(1);
    private static final Worker.Timer NONE = () -> {
    };

    private final ReadinessChecks checks;
    private final Worker worker;
    private final Settings settings;
    private final boolean published;
    private final Runnable ready;
    private final Consumer<String> notReady;
    private final Hysteresis hysteresis;

    /** Written on the worker thread only. */
    private volatile State state = State.NEW;
    // All on the worker thread only.
    private Worker.Timer next = NONE;
    private Worker.Timer deadline = NONE;
    private Optional<CompletableFuture<Set<String>>> question = Optional.empty();
    /** Callers that wait for the answer to the open question. */
    private final List<CompletableFuture<Void>> asking = new ArrayList<>();
    /** Callers that wait for the next question. */
    private final List<CompletableFuture<Void>> callers = new ArrayList<>();
    private long askedAt;
    private boolean late;
    private boolean silent;
    private Duration patience;
    private Optional<Verdict> told = Optional.empty();

    private enum State {
        NEW,
        POLLING,
        STOPPED
    }

    /** @param why it is not ready; empty if it is */
    private record Verdict(Optional<String> why) {
    }

    /**
     * @param interval from one question to the next; at least 1 s while a check is DOWN
     * @param timeout after which a question counts as not answered
     * @param upAfter so many times in a row all checks must be UP before an application that was not ready is
     * @param downAfter so many times in a row a check must be DOWN before an application that was ready is not
     */
    public record Settings(Duration interval, Duration timeout, int upAfter, int downAfter) {
    }

    /**
     * @param published whether an earlier start of the application left published what it said, which then stays until the
     *        checks answer. If not, checks that do not answer at first are not ready
     * @param ready called when the application has become ready
     * @param notReady called when it is not any more, or for another reason than before; with the reason, for a human
     */
    public ReadinessPoll(ReadinessChecks checks, Worker worker, Settings settings, boolean published, Runnable ready,
            Consumer<String> notReady) {
        this.checks = checks;
        this.worker = worker;
        this.settings = settings;
        this.published = published;
        this.ready = ready;
        this.notReady = notReady;
        this.patience = settings.timeout();
        this.hysteresis = new Hysteresis(settings.upAfter(), settings.downAfter());
        checks.onChange(() -> worker.execute(this::changed));
    }

    /** Asks at once, and from then on. Only the first call counts. */
    public void start() {
        worker.execute(() -> {
            if (state == State.NEW) {
                state = State.POLLING;
                poll();
            }
        });
    }

    /** Ends it for good. What the worker is given to run after this call runs after the last verdict. */
    public void stop() {
        worker.execute(() -> {
            state = State.STOPPED;
            next.cancel();
            deadline.cancel();
            question = Optional.empty();
            answer(asking);
            answer(callers);
        });
    }

    /** Asks now. Done once the checks have answered, or have not in time; at once if it does not poll. Never fails. */
    public CompletableFuture<Void> check() {
        if (state == State.STOPPED) {
            // The worker may have ended, too, and would drop the task.
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> answered = new CompletableFuture<>();
        worker.execute(() -> {
            if (state != State.POLLING || late && question.isPresent()) {
                answered.complete(null);
                return;
            }
            // An open question may be older than what the caller wants to be seen.
            callers.add(answered);
            if (question.isEmpty()) {
                next.cancel();
                poll();
            }
        });
        return answered;
    }

    private static void answer(List<CompletableFuture<Void>> asking) {
        List<CompletableFuture<Void>> all = List.copyOf(asking);
        asking.clear();
        all.forEach(caller -> caller.complete(null));
    }

    /** Asking itself causes this, too; if that asked again, a check that flaps would make it go round without a pause. */
    private void changed() {
        if (state == State.POLLING && question.isEmpty()) {
            next.cancel();
            poll();
        }
    }

    private void poll() {
        next = worker.after(settings.interval(), this::poll);
        if (question.isPresent() && !givesUp()) {
            return;
        }
        askedAt = worker.nanoTime();
        asking.addAll(callers);
        callers.clear();
        late = false;
        deadline = worker.after(settings.timeout(), () -> {
            late = true;
            silence("the readiness checks did not answer within " + seconds(settings.timeout()), Optional.empty());
            answer(asking);
            answer(callers);
        });
        CompletableFuture<Set<String>> asked = ask();
        question = Optional.of(asked);
        asked.whenComplete((down, failure) -> worker.execute(() -> {
            if (question.equals(Optional.of(asked))) {
                answered(down, failure);
            }
        }));
    }

    private boolean givesUp() {
        if (!late || worker.nanoTime() - askedAt < patience.toNanos()) {
            return false;
        }
        patience = patience.compareTo(MOST_PATIENCE) < 0 ? patience.multipliedBy(2) : patience;
        return true;
    }

    private CompletableFuture<Set<String>> ask() {
        try {
            return checks.down();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void answered(Set<String> down, Throwable failure) {
        judge(down, failure);
        answer(asking);
        if (!callers.isEmpty()) {
            next.cancel();
            poll();
        }
    }

    private void judge(Set<String> down, Throwable failure) {
        deadline.cancel();
        question = Optional.empty();
        if (late) {
            return;
        }
        patience = settings.timeout();
        if (failure != null) {
            silence("the readiness checks could not be asked", Optional.of(failure));
            return;
        }
        if (silent) {
            silent = false;
            LOG.info("The readiness checks answer again");
        }
        if (hysteresis.observed(down.isEmpty())) {
            tell(new Verdict(Optional.empty()));
        } else if (!down.isEmpty()) {
            tell(new Verdict(Optional.of(why(down))));
            spareChecksThatAreDown();
        }
    }

    /** A check that throws is logged by SmallRye Health each time that it is asked. */
    private void spareChecksThatAreDown() {
        if (settings.interval().compareTo(LEAST_INTERVAL_WHILE_DOWN) < 0) {
            next.cancel();
            next = worker.after(LEAST_INTERVAL_WHILE_DOWN, this::poll);
        }
    }

    private void silence(String why, Optional<Throwable> cause) {
        hysteresis.interrupted();
        if (!silent) {
            silent = true;
            LOG.warn("Readiness cannot be told, so what is published stays: " + why, cause.orElse(null));
        }
        if (told.isEmpty() && !published) {
            tell(new Verdict(Optional.of(why)));
        }
    }

    private void tell(Verdict verdict) {
        if (told.equals(Optional.of(verdict))) {
            return;
        }
        told = Optional.of(verdict);
        verdict.why().ifPresentOrElse(why -> {
            LOG.warn("The application is not ready: " + why);
            notReady.accept(why);
        }, () -> {
            LOG.info("The application is ready");
            ready.run();
        });
    }

    private static String why(Set<String> down) {
        String names = "'" + String.join("', '", down) + "'";
        return down.size() == 1 ? "the readiness check " + names + " is DOWN" : "the readiness checks " + names + " are DOWN";
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
