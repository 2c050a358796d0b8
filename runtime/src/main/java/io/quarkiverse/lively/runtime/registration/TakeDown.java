package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.GuardedWrite;
import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Publishes one service as DOWN, or says nothing of it, and gives its claim up. An ephemeral service is deleted after that, and
 * stays claimed until then: the claim shows that no other process owns it. If etcd refuses to store anything, the claim is
 * given up at least, and an ephemeral service is deleted: neither takes space. Until one of them is done it tries again,
 * whatever etcd says: the lease may live on for other services, and this one would be UP with it. A service that another
 * process owns, or that is kept DOWN, stays as it is. It lives on the worker thread.
 */
final class TakeDown {

    /** What is said of the service in the end. */
    enum Word {
        /** DOWN: it was stopped. */
        DOWN,
        /** Nothing, as after a crash. */
        NOTHING
    }

    private static final Duration RETRY = Duration.ofMillis(200);
    /** Once it has taken longer than anybody waits for it. */
    private static final Duration SLOW_RETRY = Duration.ofSeconds(5);
    private static final int RETRIES = 50;

    private final Etcd etcd;
    private final Worker worker;
    private final OwnerWrites writes;
    private final Incarnation incarnation;
    private final Word word;
    private final CompletableFuture<ServiceKeys> result = new CompletableFuture<>();

    private ServiceKeys seen;
    private boolean claimed;
    private boolean outdated;
    private int tries;
    private EtcdException lastFailure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "etcd did not answer in time", null);

    TakeDown(Etcd etcd, Worker worker, OwnerWrites writes, Incarnation incarnation, Word word) {
        this.etcd = etcd;
        this.worker = worker;
        this.writes = writes;
        this.incarnation = incarnation;
        this.word = word;
    }

    /**
     * What the keys hold in the end. Fails if all that could be done was to give the claim up, and if it cannot be done by
     * then. Completes on the worker thread.
     *
     * @param atLast told before that, or if it cannot be done by then, once it is done
     */
    CompletableFuture<ServiceKeys> result(Duration limit, BiConsumer<ServiceKeys, Throwable> atLast) {
        CompletableFuture<ServiceKeys> inTime = result.whenComplete(atLast).copy();
        Worker.Timer timeout = worker.after(limit, () -> inTime.completeExceptionally(lastFailure));
        result.whenComplete((keys, failure) -> timeout.cancel());
        return inTime;
    }

    /**
     * @param known what was last known of the keys
     * @param wasClaimed whether this process is known to have owned the service. If not, a claim that was sent and never
     *        answered may have been done all the same
     */
    void run(ServiceKeys known, boolean wasClaimed) {
        seen = known;
        claimed = wasClaimed;
        outdated = !wasClaimed;
        attempt();
    }

    private void attempt() {
        if (!outdated) {
            write(1);
            return;
        }
        worker.when(etcd.commit(writes.look()), (answer, failure) -> {
            if (failure != null) {
                failed(failure);
            } else {
                seen = writes.seen(answer);
                outdated = false;
                write(1);
            }
        });
    }

    private void write(int race) {
        if (!mayWrite()) {
            result.complete(seen);
            return;
        }
        // Others see the DOWN of an ephemeral service before it is deleted.
        boolean publishes = word == Word.DOWN && (!writes.isEphemeral() || isUp());
        GuardedWrite write = publishes ? publishDown() : writes.letGo(seen);
        worker.when(etcd.commit(write.transaction()), (answer, failure) -> {
            if (failure != null) {
                failed(failure);
                return;
            }
            if (answer.succeeded()) {
                if (!writes.isEphemeral()) {
                    result.complete(write.then().apply(answer.revision()));
                } else if (publishes) {
                    seen = write.then().apply(answer.revision());
                    write(1);
                } else {
                    result.complete(seen.withoutOwner());
                }
                return;
            }
            seen = writes.seen(answer);
            if (race < Publication.RACES) {
                write(race + 1);
            } else {
                tryLater(Publication.lostAllRaces());
            }
        });
    }

    private boolean isUp() {
        return seen.service().value().filter(record -> record.getStatus() == Status.UP).isPresent();
    }

    private GuardedWrite publishDown() {
        Instant now = worker.now();
        State.Builder state = incarnation.says(Reason.SHUTDOWN, now);
        Holds.of(seen, now, Optional.empty()).ifPresent(state::setHold);
        return writes.stop(seen, state.build());
    }

    private void letGo(EtcdException why) {
        if (!mayWrite()) {
            tryLater(why);
            return;
        }
        worker.when(etcd.commit(writes.letGo(seen).transaction()), (answer, failure) -> {
            if (failure != null || !answer.succeeded()) {
                tryLater(why);
            } else if (writes.isEphemeral()) {
                result.complete(seen.withoutOwner());
            } else {
                result.completeExceptionally(why);
            }
        });
    }

    /** With no owner left, the lease of this process may have run out; then the last word must be its own. */
    private boolean mayWrite() {
        if (seen.isClaimed()) {
            return incarnation.isIn(seen.owner());
        }
        return claimed && seen.stateIsCurrent() && incarnation.isIn(seen.state().value().orElseGet(State::getDefaultInstance));
    }

    private void tryLater(EtcdException cause) {
        lastFailure = cause;
        outdated = true;
        worker.after(++tries <= RETRIES ? RETRY : SLOW_RETRY, this::attempt);
    }

    private void failed(EtcdException cause) {
        if (cause.isRefusal()) {
            letGo(cause);
        } else {
            tryLater(cause);
        }
    }
}
