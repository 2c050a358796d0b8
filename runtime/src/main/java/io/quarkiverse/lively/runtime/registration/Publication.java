package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Transaction;
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

        /** Another process owned the service, and this one has taken it over. */
        void tookOver(Claim former, Claim mine);

        void fenced(Claim by);

        void nameTaken(String uuid);

        void failed(EtcdException cause);
    }

    /** Losing so many races in a row is no accident any more: wait, then start again. */
    static final int RACES = 8;
    private static final Runnable NOTHING = () -> {
    };

    private final Etcd etcd;
    private final Worker worker;
    private final OwnerWrites writes;
    private final Incarnation incarnation;
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
    private final Fence fence = new Fence();
    private boolean busy;
    private Runnable next;
    private Worker.Timer timer = () -> {
    };
    private boolean retired;

    /**
     * @param ttl of the lease, as it is asked for
     * @param leaseGone told the id of a lease that etcd does not know any more
     */
    Publication(Etcd etcd, Worker worker, OwnerWrites writes, Incarnation incarnation, Duration ttl, RandomGenerator random,
            LongConsumer leaseGone, Listener listener) {
        this.etcd = etcd;
        this.worker = worker;
        this.writes = writes;
        this.incarnation = incarnation;
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
     * Publishes DOWN and gives the claim up. From now on nothing else is written. If it cannot be done in time, it is still
     * tried: the lease may go on living for others.
     *
     * @param atLast run on the worker thread when nothing more will be tried
     * @return what the keys hold in the end; fails if it cannot be done by then. Completes on the worker thread
     */
    CompletableFuture<ServiceKeys> retire(Duration limit, Runnable atLast) {
        retired = true;
        timer.cancel();
        if (!tried) {
            atLast.run();
            return CompletableFuture.completedFuture(seen);
        }
        TakeDown takeDown = new TakeDown(etcd, worker, writes, incarnation);
        CompletableFuture<ServiceKeys> inTime = takeDown.result().copy();
        Worker.Timer timeout = worker.after(limit, () -> inTime.completeExceptionally(takeDown.lastFailure()));
        takeDown.result().whenComplete((keys, failure) -> {
            timeout.cancel();
            atLast.run();
        });
        begin(() -> takeDown.run(seen, claimed));
        return inTime;
    }

    private void begin(Runnable activity) {
        timer.cancel();
        if (busy) {
            next = activity;
        } else {
            busy = true;
            step(activity);
        }
    }

    /** A part of an activity. Should it fail in a way that nobody thought of, the activity is at least not stuck for ever. */
    private void step(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            end(backoff.next());
            throw e;
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
        look(1);
    }

    private void look(int race) {
        send(writes.look(), result -> {
            seen = writes.seen(result);
            judge(race);
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
        LeaseTerm under = lease;
        Optional<Duration> away = fence.keepsAwayFor(seen.owner().exists(), under.ttl(), worker.nanoTime());
        if (away.isPresent()) {
            end(away.get());
            return;
        }
        Instant now = worker.now();
        noteWhatIsSeen(now);
        Verdict verdict = Verdict.of(seen, neighbours, writes, claim, under.id(),
                claimed ? Optional.of(recordSeenAt) : Optional.empty(), now);
        if (verdict instanceof Verdict.Settled) {
            Optional<Hold> toCome = Holds.of(seen, now, Optional.empty());
            listener.registered(seen, under);
            settle(under, toCome.map(Hold::getStart).orElse(0L), now);
        } else if (verdict instanceof Verdict.Register register) {
            State.Builder state = incarnation.says(register.reason(), now);
            register.toCome().ifPresent(state::setHold);
            Claim former = seen.owner().value().orElseGet(Claim::getDefaultInstance);
            write(race, writes.register(seen, neighbours, claim, under.id(), state.build()), () -> {
                if (register.reason() == Reason.TAKEOVER) {
                    listener.tookOver(former, claim);
                }
            });
        } else if (verdict instanceof Verdict.Adopt) {
            State.Builder state = incarnation.says(Reason.UNKNOWN, now).setBy(Holds.SOMEBODY);
            Holds.of(seen, now, Optional.empty()).ifPresent(state::setHold);
            write(race, writes.adopt(seen, state.build()), NOTHING);
        } else if (verdict instanceof Verdict.Mend) {
            write(race, writes.putMissingEntries(seen), NOTHING);
        } else if (verdict instanceof Verdict.Held held && held.settled()) {
            listener.held(seen, under, held.hold());
            settle(under, held.hold().getEnd(), now);
        } else if (verdict instanceof Verdict.Held held) {
            State state = incarnation.says(Reason.MAINTENANCE, now).setHold(held.hold()).build();
            write(race, writes.claimHeld(seen, claim, under.id(), state), NOTHING);
        } else if (verdict instanceof Verdict.Fenced by) {
            fence.close();
            listener.fenced(by.by());
            end(under.ttl().dividedBy(2));
        } else if (verdict instanceof Verdict.NameTaken taken) {
            listener.nameTaken(taken.uuid());
            end(under.ttl().dividedBy(2));
        } else {
            throw new IllegalStateException("No way to deal with " + verdict);
        }
    }

    /** A claim whose answer was lost is found out: by the claim itself, or by what it left in the log. */
    private void noteWhatIsSeen(Instant now) {
        if (recordRevision != seen.service().modRevision()) {
            recordRevision = seen.service().modRevision();
            recordSeenAt = now;
        }
        claimed = claimed || incarnation.isIn(seen.owner()) || seen.history().value().filter(incarnation::isIn).isPresent();
    }

    private void write(int race, GuardedWrite write, Runnable report) {
        send(write.transaction(), result -> {
            if (result.succeeded()) {
                seen = write.then().apply(result.revision());
                report.run();
                judge(1);
                return;
            }
            seen = writes.seen(result);
            if (race < RACES) {
                again(race);
            } else {
                listener.failed(lostAllRaces());
                end(backoff.next());
            }
        });
    }

    private void send(Transaction transaction, Consumer<Transaction.Result> then) {
        tried = true;
        long under = lease == null ? 0 : lease.id();
        worker.when(etcd.commit(transaction), (result, failure) -> {
            if (failure == null) {
                step(() -> then.accept(result));
                return;
            }
            end(backoff.next());
            if (failure.kind() == EtcdException.Kind.LEASE_NOT_FOUND) {
                leaseGone.accept(under);
            } else {
                listener.failed(failure);
            }
        });
    }

    /** @param change when a hold begins or ends, in ms since the epoch; 0 if it does not */
    private void settle(LeaseTerm under, long change, Instant now) {
        backoff.reset();
        Duration jittered = Duration.ofNanos((long) (under.ttl().toNanos() * (0.375 + random.nextDouble(0.25))));
        Duration untilChange = Duration.ofMillis(change - now.toEpochMilli());
        end(change > now.toEpochMilli() && untilChange.compareTo(jittered) < 0 ? untilChange : jittered);
    }

    /**
     * The first race is most often lost against nobody: the service was taken for a new one. After another one there
     * is a pause, and what was seen before is old then.
     */
    private void again(int race) {
        if (race == 1) {
            judge(2);
        } else {
            worker.after(Duration.ofMillis(random.nextInt(10 * race)), () -> step(() -> look(race + 1)));
        }
    }

    static EtcdException lostAllRaces() {
        return new EtcdException(EtcdException.Kind.REFUSED, "its keys changed " + RACES + " times while they were written",
                null);
    }
}
