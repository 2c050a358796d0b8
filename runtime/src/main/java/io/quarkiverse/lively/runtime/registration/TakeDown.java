package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.GuardedWrite;
import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * Publishes one service as DOWN and gives its claim up. While etcd cannot be reached it tries again, until it is told to give
 * up. What
 * somebody else owns, or keeps DOWN, stays as it is. It lives on the worker thread.
 */
final class TakeDown {

    private static final Duration RETRY = Duration.ofMillis(200);

    private final Etcd etcd;
    private final Worker worker;
    private final OwnerWrites writes;
    private final Claim claim;
    private final CompletableFuture<ServiceKeys> result = new CompletableFuture<>();

    private ServiceKeys seen;
    private boolean claimed;
    private EtcdException lastFailure = new EtcdException(EtcdException.Kind.UNAVAILABLE, "etcd did not answer in time", null);

    TakeDown(Etcd etcd, Worker worker, OwnerWrites writes, Claim claim) {
        this.etcd = etcd;
        this.worker = worker;
        this.writes = writes;
        this.claim = claim;
    }

    /** What the keys hold in the end. Completes on the worker thread. */
    CompletableFuture<ServiceKeys> result() {
        return result;
    }

    /**
     * @param known what was last known of the keys
     * @param wasClaimed whether this process is known to have owned the service. If not, a claim that was sent and never
     *        answered may have been done all the same
     */
    void run(ServiceKeys known, boolean wasClaimed) {
        seen = known;
        claimed = wasClaimed;
        attempt();
    }

    /** Tries no more, if it is still trying. */
    void giveUp() {
        result.completeExceptionally(lastFailure);
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        if (claimed) {
            write(1);
            return;
        }
        etcd.commit(writes.look()).whenCompleteAsync((answer, failure) -> {
            if (failure != null) {
                failed(EtcdException.of(failure));
            } else {
                seen = writes.seen(answer);
                write(1);
            }
        }, worker);
    }

    private void write(int race) {
        // With no owner left, the lease of this process has run out, and nobody else has said a word since.
        if (seen.owner().exists() ? !Publication.isBy(claim, seen.owner()) : !claimed) {
            result.complete(seen);
            return;
        }
        Instant now = worker.now();
        State.Builder state = Publication.state(claim, Reason.SHUTDOWN, now);
        Holds.of(seen, now, Optional.empty()).ifPresent(state::setHold);
        GuardedWrite write = writes.stop(seen, state.build());
        etcd.commit(write.transaction()).whenCompleteAsync((answer, failure) -> {
            if (failure != null) {
                failed(EtcdException.of(failure));
            } else if (answer.succeeded()) {
                result.complete(write.then().apply(answer.revision()));
            } else if (race == Publication.RACES) {
                result.completeExceptionally(Publication.lostAllRaces());
            } else {
                seen = writes.seen(answer);
                write(race + 1);
            }
        }, worker);
    }

    private void failed(EtcdException cause) {
        if (cause.kind() == EtcdException.Kind.UNAVAILABLE) {
            lastFailure = cause;
            worker.after(RETRY, this::attempt);
        } else {
            result.completeExceptionally(cause);
        }
    }
}
