package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.Entry;
import io.quarkiverse.lively.runtime.store.GuardedWrite;
import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.Neighbours;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * Brings what etcd has of one service in line with what its process wants, and looks again each half TTL whether it still is.
 * A look and the write that it leads to are one guarded transaction each; a write that lost a race has read what it lost
 * against, and is judged anew. It lives on the worker thread and does one thing at a time.
 */
final class Publication {

    /** What became of a service. Called on the worker thread. */
    interface Listener {

        void registered(ServiceKeys keys, LeaseTerm lease);

        void held(ServiceKeys keys, LeaseTerm lease, Hold hold);

        /** Another process owns the service, and this one is about to take it over. */
        void takesOver(Claim former);

        void fenced(Claim by);

        void nameTaken(String uuid);

        void failed(EtcdException cause);
    }

    /** Losing so many races in a row is no accident any more: wait, then start again. */
    static final int RACES = 8;

    private final Etcd etcd;
    private final Worker worker;
    private final OwnerWrites writes;
    private final Duration ttl;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final LongConsumer leaseGone;
    private final Listener listener;

    private Claim claim;
    private LeaseTerm lease;
    private ServiceKeys seen = ServiceKeys.ABSENT;
    private boolean tried;
    private boolean claimed;
    private long recordRevision = -1;
    private Instant recordSeenAt;
    private boolean fenced;
    private OptionalLong unownedSince = OptionalLong.empty();
    private boolean busy;
    private Runnable next;
    private Worker.Timer timer = () -> {
    };
    private boolean retired;

    /**
     * @param leaseGone told the id of a lease that etcd does not know any more
     */
    Publication(Etcd etcd, Worker worker, OwnerWrites writes, Duration ttl, RandomGenerator random, LongConsumer leaseGone,
            Listener listener) {
        this.etcd = etcd;
        this.worker = worker;
        this.writes = writes;
        this.ttl = ttl;
        this.random = random;
        this.backoff = new Backoff(ttl, random);
        this.leaseGone = leaseGone;
        this.listener = listener;
    }

    /** Claims the service and publishes it UP under that lease, now and from now on. */
    void publish(Claim newClaim, LeaseTerm newLease) {
        if (retired) {
            return;
        }
        claim = newClaim;
        lease = newLease;
        // A service that was never looked at is most likely new: then one transaction does it all.
        begin(tried ? this::look : () -> judge(1));
    }

    /** The lease is gone. There is nothing to do until there is another one. */
    void suspend() {
        lease = null;
        timer.cancel();
    }

    /**
     * Publishes DOWN and gives the claim up. From now on nothing else is written.
     *
     * @return what the keys hold in the end; fails if it cannot be done by then. Completes on the worker thread
     */
    CompletableFuture<ServiceKeys> retire(Duration limit) {
        retired = true;
        timer.cancel();
        if (!tried) {
            return CompletableFuture.completedFuture(seen);
        }
        TakeDown takeDown = new TakeDown(etcd, worker, writes, claim);
        Worker.Timer timeout = worker.after(limit, takeDown::giveUp);
        begin(() -> takeDown.run(seen, claimed));
        return takeDown.result().whenComplete((keys, failure) -> timeout.cancel());
    }

    private void begin(Runnable activity) {
        timer.cancel();
        if (busy) {
            next = activity;
        } else {
            busy = true;
            activity.run();
        }
    }

    /** Ends an activity. What was asked for meanwhile comes first; otherwise, look again after that time. */
    private void end(Duration pause) {
        busy = false;
        if (next != null) {
            Runnable activity = next;
            next = null;
            begin(activity);
        } else if (!retired && lease != null) {
            timer = worker.after(pause, () -> begin(this::look));
        }
    }

    private void look() {
        send(writes.look(), result -> {
            seen = writes.seen(result);
            judge(1);
        });
    }

    private void judge(int race) {
        if (!writes.hasNeighbours(seen)) {
            judge(race, Neighbours.NONE);
        } else {
            send(writes.lookAtNeighbours(seen), result -> judge(race, writes.neighbours(seen, result)));
        }
    }

    private void judge(int race, Neighbours neighbours) {
        if (retired || lease == null) {
            end(Duration.ZERO);
            return;
        }
        Optional<Duration> wait = fencedFor();
        if (wait.isPresent()) {
            end(wait.get());
            return;
        }
        Instant now = worker.now();
        LeaseTerm under = lease;
        Verdict verdict = Verdict.of(seen, neighbours, writes, claim, under.id(), firstSeen(now), now);
        if (verdict instanceof Verdict.Settled) {
            Optional<Hold> toCome = Holds.of(seen, now, Optional.empty());
            settle(() -> listener.registered(seen, under), toCome.map(Hold::getStart).orElse(0L), now);
        } else if (verdict instanceof Verdict.Register register) {
            if (register.reason() == Reason.TAKEOVER) {
                listener.takesOver(seen.owner().value().orElseGet(Claim::getDefaultInstance));
            }
            State.Builder state = state(claim, register.reason(), now);
            register.toCome().ifPresent(state::setHold);
            write(race, writes.register(seen, neighbours, claim, under.id(), state.build()));
        } else if (verdict instanceof Verdict.Adopt) {
            write(race, writes.adopt(seen, state(claim, Reason.UNKNOWN, now).setBy(Holds.SOMEBODY).build()));
        } else if (verdict instanceof Verdict.Mend) {
            write(race, writes.putMissingEntries(seen));
        } else if (verdict instanceof Verdict.Held held && held.settled()) {
            settle(() -> listener.held(seen, under, held.hold()), held.hold().getEnd(), now);
        } else if (verdict instanceof Verdict.Held held) {
            State state = state(claim, Reason.MAINTENANCE, now).setHold(held.hold()).build();
            write(race, writes.claimHeld(seen, claim, under.id(), state));
        } else if (verdict instanceof Verdict.Fenced by) {
            fenced = true;
            listener.fenced(by.by());
            end(ttl.dividedBy(2));
        } else if (verdict instanceof Verdict.NameTaken taken) {
            listener.nameTaken(taken.uuid());
            end(ttl.dividedBy(2));
        }
    }

    /** When this process, as the owner of the service, first saw the record as it is; empty before it was the owner. */
    private Optional<Instant> firstSeen(Instant now) {
        if (recordRevision != seen.service().modRevision()) {
            recordRevision = seen.service().modRevision();
            recordSeenAt = now;
        }
        return claimed ? Optional.of(recordSeenAt) : Optional.empty();
    }

    /** A fenced process waits until nobody has owned the service for a whole TTL; empty if it need not wait. */
    private Optional<Duration> fencedFor() {
        if (!fenced || seen.owner().exists()) {
            unownedSince = OptionalLong.empty();
            return Optional.empty();
        }
        long now = worker.nanoTime();
        unownedSince = OptionalLong.of(unownedSince.orElse(now));
        Duration left = ttl.minusNanos(now - unownedSince.getAsLong());
        if (left.isNegative() || left.isZero()) {
            fenced = false;
            return Optional.empty();
        }
        return Optional.of(left);
    }

    private void write(int race, GuardedWrite write) {
        send(write.transaction(), result -> {
            if (result.succeeded()) {
                seen = write.then().apply(result.revision());
                judge(1);
                return;
            }
            seen = writes.seen(result);
            if (race < RACES) {
                pause(race, () -> judge(race + 1));
            } else {
                listener.failed(lostAllRaces());
                end(backoff.next());
            }
        });
    }

    private void send(Transaction transaction, Consumer<Transaction.Result> then) {
        tried = true;
        long under = lease == null ? 0 : lease.id();
        etcd.commit(transaction).whenCompleteAsync((result, failure) -> {
            if (failure == null) {
                then.accept(result);
                return;
            }
            EtcdException cause = EtcdException.of(failure);
            end(backoff.next());
            if (cause.kind() == EtcdException.Kind.LEASE_NOT_FOUND) {
                leaseGone.accept(under);
            } else {
                listener.failed(cause);
            }
        }, worker);
    }

    /** @param change when a hold begins or ends, in ms since the epoch; 0 if it does not */
    private void settle(Runnable report, long change, Instant now) {
        claimed = true;
        backoff.reset();
        report.run();
        Duration jittered = Duration.ofNanos((long) (ttl.toNanos() * (0.375 + random.nextDouble(0.25))));
        Duration untilChange = Duration.ofMillis(change - now.toEpochMilli());
        end(change > now.toEpochMilli() && untilChange.compareTo(jittered) < 0 ? untilChange : jittered);
    }

    /** The first race is most often lost against nobody: the service was taken for a new one. */
    private void pause(int race, Runnable then) {
        if (race == 1) {
            then.run();
        } else {
            worker.after(Duration.ofMillis(random.nextInt(10 * race)), then);
        }
    }

    static EtcdException lostAllRaces() {
        return new EtcdException(EtcdException.Kind.REFUSED, "its keys changed " + RACES + " times while they were written",
                null);
    }

    static boolean isBy(Claim claim, Entry<Claim> owner) {
        return owner.value().filter(by -> by.getIncarnation().equals(claim.getIncarnation())).isPresent();
    }

    static State.Builder state(Claim by, Reason reason, Instant since) {
        return State.newBuilder().setReason(reason).setSince(since.toEpochMilli()).setBy(by.getIncarnation());
    }
}
