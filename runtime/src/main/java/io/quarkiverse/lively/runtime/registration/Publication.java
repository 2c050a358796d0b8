package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

import com.google.protobuf.ByteString;

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
import io.quarkiverse.lively.runtime.worker.Backoff;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Brings what etcd has of one service in line with what its process wants, and looks again each half TTL whether it still is.
 * A look and the write that it leads to are one guarded transaction each; a write that lost a race has read what it lost
 * against, and is judged anew. It lives on the worker thread and does one thing at a time.
 */
final class Publication {

    /** What became of a service. Called on the worker thread. */
    interface Listener {

        void registered(ServiceKeys keys, LeaseTerm lease, Wanted wanted);

        void held(ServiceKeys keys, LeaseTerm lease, Hold hold);

        /**
         * The service is registered. It may not be found under its type and host.
         *
         * @param other the service that has the entry of the type and host, and is alive or held; empty if none has
         */
        void nameLeadsTo(Optional<String> other);

        /** Another process owned the service, and this one has taken it over. */
        void tookOver(Claim former, Claim mine);

        void fenced(Claim by);

        void waitingFor(Claim owner);

        /** Another process owned the service, and this one is not to register it then. Nothing more will be done. */
        void refused(Claim owner);

        /** @param held whether another party keeps the service DOWN */
        void nameTaken(ServiceKeys keys, boolean held, String uuid);

        /**
         * @param keys as they were last seen
         * @param held whether another party keeps the service DOWN
         */
        void failed(ServiceKeys keys, boolean held, EtcdException cause);
    }

    /** Losing so many races in a row is no accident any more: wait, then start again. */
    static final int RACES = 8;
    /** From one write of the claim to the next one that only changes what the claim says. */
    private static final Duration CLAIM_INTERVAL = Duration.ofSeconds(1);
    /** No service needs so many writes until it is as it should be. */
    private static final int WRITES = 16;
    private static final Runnable NOTHING = () -> {
    };

    private final Etcd etcd;
    private final Worker worker;
    private final OwnerWrites writes;
    private final Incarnation incarnation;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final OnConflict onConflict;
    private final OwnerWatch watch;
    private final LongConsumer leaseGone;
    private final Listener listener;
    private final Agenda agenda;
    private final HoldMemory holds;
    private final Fence fence = new Fence();
    private final SeenRevision seenRevision = new SeenRevision();

    private Claim claim;
    private LeaseTerm lease;
    private Wanted wanted;
    private ServiceKeys seen = ServiceKeys.ABSENT;
    /** The hold of another party, in force or to come, as it was last judged. */
    private Optional<Hold> hold = Optional.empty();
    /** When the claim was last sent; empty if it never was. */
    private OptionalLong claimSentAt = OptionalLong.empty();
    private boolean looksForClaim;
    private boolean tried;
    private boolean claimed;
    /** In an earlier start, of which nothing is known here as yet. */
    private boolean claimedBefore;
    private int writesInARow;
    private boolean retired;
    /** Whether the last write is done. */
    private boolean ended;
    private Optional<Runnable> successor = Optional.empty();

    /**
     * @param ttl of the lease, as it is asked for
     * @param watch tells when to look before it is time
     * @param leaseGone told the id of a lease that etcd does not know any more
     */
    Publication(Etcd etcd, Worker worker, OwnerWrites writes, Incarnation incarnation, OnConflict onConflict, Duration ttl,
            RandomGenerator random, OwnerWatch watch, LongConsumer leaseGone, Listener listener) {
        this.etcd = etcd;
        this.worker = worker;
        this.writes = writes;
        this.incarnation = incarnation;
        this.random = random;
        this.backoff = new Backoff(ttl, random);
        this.onConflict = onConflict;
        this.watch = watch;
        this.leaseGone = leaseGone;
        this.listener = listener;
        this.holds = new HoldMemory(writes.isEphemeral());
        this.agenda = new Agenda(worker, backoff, () -> !retired && lease != null, this::look);
    }

    /** Claims the service and publishes what is wanted under that lease, now and from now on. */
    void publish(Claim newClaim, LeaseTerm newLease, Wanted newlyWanted) {
        if (retired) {
            return;
        }
        claim = newClaim;
        lease = newLease;
        wanted = newlyWanted;
        // A service that was never looked at is most likely new: then one transaction does it all.
        agenda.begin(tried ? this::look : () -> judge(1));
    }

    /** Something else is wanted than before. */
    void want(Wanted newlyWanted) {
        if (!retired && lease != null) {
            wanted = newlyWanted;
            agenda.begin(this::look);
        }
    }

    /**
     * The process says something new of itself. While the service is registered, that is one write of the claim, and at most
     * one each {@link #CLAIM_INTERVAL}.
     */
    void describe(Claim newClaim) {
        if (!retired) {
            claim = newClaim;
            if (lease != null && untilClaimIsDue().isZero()) {
                agenda.begin(this::look);
            } else if (lease != null) {
                lookWhenClaimIsDue();
            }
        }
    }

    private void lookWhenClaimIsDue() {
        if (!looksForClaim) {
            looksForClaim = true;
            worker.after(untilClaimIsDue(), () -> {
                looksForClaim = false;
                if (!retired && lease != null) {
                    agenda.begin(this::look);
                }
            });
        }
    }

    private Duration untilClaimIsDue() {
        if (claimSentAt.isEmpty()) {
            return Duration.ZERO;
        }
        Duration left = CLAIM_INTERVAL.minusNanos(worker.nanoTime() - claimSentAt.getAsLong());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether nothing of the service remains after the stop. */
    boolean isEphemeral() {
        return writes.isEphemeral();
    }

    /** The keys that are worth a look when somebody writes them. */
    List<ByteString> owned() {
        return writes.owned();
    }

    /** The revision up to which everything of the service has been seen. */
    long seenRevision() {
        return seenRevision.get();
    }

    /** Whether another party keeps the service DOWN at this moment, as far as it was seen. */
    boolean isHeld() {
        return hold.filter(last -> Holds.isInForce(last, worker.now())).isPresent();
    }

    /** Somebody wrote the service at that revision; this process, maybe. */
    void changed(long revision) {
        seenRevision.heard(revision);
        if (seenRevision.isOutdated()) {
            // Another process may own the service, if only until the next look.
            fence.lookAway();
        }
        if (retired && seenRevision.isOutdated()) {
            lookForSuccessor();
        } else if (!retired && !agenda.isBusy() && seenRevision.isOutdated()) {
            changed();
        }
    }

    /** Somebody may have written the service. */
    void changed() {
        if (retired) {
            lookForSuccessor();
        } else if (lease != null) {
            agenda.begin(this::look);
        }
    }

    /** The lease is gone. There is nothing to do until there is another one. */
    void suspend() {
        lease = null;
        fence.lookAway();
        agenda.cancelRest();
    }

    /**
     * Publishes DOWN, if that is the last word, and gives the claim up. From now on nothing else is written. If it cannot
     * be done in time, it is still tried: the lease may go on living for others. The service is watched until
     * {@link #unwatch}.
     *
     * @param atLast told on the worker thread what became of it when nothing more will be tried
     * @return what the keys hold in the end; fails if it cannot be done by then. Completes on the worker thread
     */
    CompletableFuture<ServiceKeys> retire(TakeDown.Word word, Duration limit,
            BiConsumer<ServiceKeys, Throwable> atLast) {
        retired = true;
        agenda.cancelRest();
        if (!tried) {
            atLast.accept(seen, null);
            return CompletableFuture.completedFuture(seen);
        }
        TakeDown takeDown = new TakeDown(etcd, worker, writes, incarnation, word);
        CompletableFuture<ServiceKeys> inTime = takeDown.result(limit, (keys, failure) -> {
            takenDown(keys);
            atLast.accept(keys, failure);
        });
        agenda.begin(() -> takeDown.run(seen, claimed));
        return inTime;
    }

    /**
     * Before anything else: an earlier start had the same incarnation, and may have written the service.
     *
     * @param hasClaimed whether it has claimed the service
     */
    void resume(boolean hasClaimed) {
        tried = true;
        claimedBefore = hasClaimed;
    }

    /** Whether this process has ever been the owner, as far as it knows. */
    boolean isClaimed() {
        return claimed || claimedBefore;
    }

    /**
     * Leaves the service and the claim as they are. From now on nothing is written. The service is watched until
     * {@link #unwatch}.
     */
    void leave() {
        retired = true;
        ended = true;
        agenda.cancelRest();
    }

    /**
     * To be called before the service is retired.
     *
     * @param listener called once, on the worker thread, when another process claims the retired service
     */
    void onSuccessor(Runnable listener) {
        successor = Optional.of(listener);
        watch.add(this);
    }

    /** Ends the watch of the service. */
    void unwatch() {
        successor = Optional.empty();
        watch.remove(this);
    }

    /** @param keys as they are then; null if they are not known */
    private void takenDown(ServiceKeys keys) {
        ended = true;
        if (keys != null) {
            // Its record was changed by the write that gave the claim up, or read after the last change.
            seenRevision.moveOn(keys.service().modRevision());
            notifySuccession(keys);
        }
        if (seenRevision.isOutdated()) {
            lookForSuccessor();
        }
    }

    private void lookForSuccessor() {
        if (!ended || successor.isEmpty()) {
            return;
        }
        long heard = seenRevision.lastHeard();
        worker.when(etcd.commit(writes.look()), (result, failure) -> {
            if (failure != null) {
                worker.after(backoff.next(), this::lookForSuccessor);
            } else {
                seenRevision.advance(result.revision(), heard);
                notifySuccession(writes.seen(result));
            }
        });
    }

    private void notifySuccession(ServiceKeys keys) {
        if (keys.isClaimed() && !incarnation.isIn(keys.owner())) {
            Optional<Runnable> listener = successor;
            unwatch();
            listener.ifPresent(Runnable::run);
        }
    }

    private void look() {
        look(1);
    }

    private void look(int race) {
        sendOwn(writes.look(), result -> {
            seen = writes.seen(result);
            writesInARow = 0;
            judge(race);
        });
    }

    private void judge(int race) {
        if (!writes.hasNeighbours(seen)) {
            judge(race, Neighbours.NONE);
        } else {
            if (lease != null && incarnation.isIn(seen.owner())) {
                // The neighbours may not answer, and the hold may be lifted.
                hold = holds.of(seen, true, lease.id(), worker.now());
            }
            send(writes.lookAtNeighbours(seen), result -> judge(race, writes.neighbours(seen, result)));
        }
    }

    private void judge(int race, Neighbours neighbours) {
        if (retired || lease == null) {
            agenda.rest(Duration.ZERO);
            return;
        }
        LeaseTerm under = lease;
        Optional<Duration> away = fence.keepsAwayFor(seen, incarnation, under.ttl(), worker.nanoTime());
        if (away.isPresent()) {
            watch.add(this);
            rest(away.get(), 0);
            return;
        }
        Instant now = worker.now();
        noteWhetherClaimed();
        hold = holds.of(seen, incarnation.isIn(seen.owner()), under.id(), now);
        Verdict verdict = Verdict.of(seen, neighbours, writes, claim, under.id(), wanted, onConflict, claimed, hold, now);
        boolean isSettled = verdict instanceof Verdict.Settled || verdict instanceof Verdict.Held held && held.settled();
        boolean saysNew = isSettled && !Verdict.isSaid(seen, claim);
        if (saysNew && untilClaimIsDue().isZero()) {
            writeClaim(race, writes.rewriteClaim(seen, claim, under.id()), NOTHING);
            return;
        }
        if (saysNew) {
            lookWhenClaimIsDue();
        }
        if (verdict instanceof Verdict.Settled) {
            fence.open();
            listener.registered(seen, under, wanted);
            listener.nameLeadsTo(holderOfName(neighbours, now));
            settle(under, hold.map(Hold::getStart).orElse(0L), now);
        } else if (verdict instanceof Verdict.Publish publish) {
            publish(race, publish, neighbours, under, now);
        } else if (verdict instanceof Verdict.Adopt) {
            State.Builder state = incarnation.says(Reason.UNKNOWN, now).setBy(Holds.SOMEBODY).clearByName();
            hold.ifPresent(state::setHold);
            write(race, writes.adopt(seen, under.id(), state.build()), NOTHING);
        } else if (verdict instanceof Verdict.Mend) {
            write(race, writes.putMissingEntries(seen, under.id()), NOTHING);
        } else if (verdict instanceof Verdict.Held held && held.settled()) {
            fence.open();
            listener.held(seen, under, held.hold());
            listener.nameLeadsTo(holderOfName(neighbours, now));
            settle(under, held.hold().getEnd(), now);
        } else if (verdict instanceof Verdict.Held held) {
            State state = incarnation.says(Reason.MAINTENANCE, now).setHold(held.hold()).build();
            writeClaim(race, writes.claimHeld(seen, claim, under.id(), state), NOTHING);
        } else if (verdict instanceof Verdict.Fenced by) {
            fence.close();
            listener.fenced(by.by());
            settle(under, 0, now);
        } else if (verdict instanceof Verdict.WaitingFor owner) {
            listener.waitingFor(owner.owner());
            settle(under, 0, now);
        } else if (verdict instanceof Verdict.Refused owner) {
            retired = true;
            watch.remove(this);
            agenda.rest(Duration.ZERO);
            listener.refused(owner.owner());
        } else if (verdict instanceof Verdict.NameTaken taken) {
            listener.nameTaken(seen, isHeld(), taken.uuid());
            settle(under, hold.map(Hold::getEnd).orElse(0L), now);
        } else {
            throw new IllegalStateException("No way to deal with " + verdict);
        }
    }

    private Optional<String> holderOfName(Neighbours neighbours, Instant now) {
        return neighbours.rival().filter(rival -> neighbours.rivalStays(writes.identity(), now));
    }

    private void publish(int race, Verdict.Publish publish, Neighbours neighbours, LeaseTerm under, Instant now) {
        State.Builder said = incarnation.says(publish.reason(), now);
        publish.toCome().ifPresent(said::setHold);
        if (!publish.claims()) {
            write(race, writes.publish(seen, under.id(), wanted.status(), said.build()), NOTHING);
            return;
        }
        Optional<Claim> former = seen.owner().value().filter(owner -> !incarnation.isIn(seen.owner()));
        writeClaim(race, writes.register(seen, neighbours, claim, under.id(), wanted.status(), said.build()),
                () -> former.ifPresent(owner -> listener.tookOver(owner, claim)));
    }

    /**
     * The answer to a claim may be lost. The claim itself shows that it was stored; after another process took the service
     * over, the history does. A claim of a service that is held writes no history: that one is not found out then.
     */
    private void noteWhetherClaimed() {
        claimed = isClaimed() || incarnation.isIn(seen.owner()) || seen.history().value().filter(incarnation::isIn).isPresent();
    }

    private void writeClaim(int race, GuardedWrite write, Runnable report) {
        claimSentAt = OptionalLong.of(worker.nanoTime());
        write(race, write, report);
    }

    private void write(int race, GuardedWrite write, Runnable report) {
        sendOwn(write.transaction(), result -> {
            boolean isDone = result.succeeded();
            seen = isDone ? write.then().apply(result.revision()) : writes.seen(result);
            if (isDone) {
                fence.open();
                report.run();
            }
            if (isDone && ++writesInARow < WRITES) {
                judge(1);
            } else if (isDone) {
                failed(new EtcdException(EtcdException.Kind.REFUSED,
                        "it is not as it should be after " + WRITES + " writes in a row", null));
            } else if (race < RACES) {
                again(race);
            } else {
                failed(lostAllRaces());
            }
        });
    }

    /**
     * Sends a transaction whose answer covers all keys of the service that are watched: it reads them, or was guarded by them.
     * Only such an answer moves the seen revision.
     */
    private void sendOwn(Transaction transaction, Consumer<Transaction.Result> then) {
        long heard = seenRevision.lastHeard();
        send(transaction, result -> {
            if (seenRevision.advance(result.revision(), heard)) {
                // etcd was wiped. The keys are watched from a revision of the former etcd.
                watch.remove(this);
            }
            then.accept(result);
        });
    }

    private void send(Transaction transaction, Consumer<Transaction.Result> then) {
        tried = true;
        long under = lease == null ? 0 : lease.id();
        worker.when(etcd.commit(transaction), (result, failure) -> {
            if (failure == null) {
                agenda.step(() -> then.accept(result));
                return;
            }
            if (failure.kind() == EtcdException.Kind.LEASE_NOT_FOUND) {
                agenda.rest(backoff.next());
                leaseGone.accept(under);
            } else {
                agenda.step(() -> failed(failure));
            }
        });
    }

    /** Of what is retired, its end is told by somebody else. */
    private void failed(EtcdException cause) {
        if (!retired) {
            listener.failed(seen, isHeld(), cause);
        }
        agenda.rest(backoff.next());
    }

    /**
     * Nothing is to be done for now.
     *
     * @param change when a hold begins or ends, in ms since the epoch; 0 if it does not
     */
    private void settle(LeaseTerm under, long change, Instant now) {
        backoff.reset();
        Duration jittered = Duration.ofNanos((long) (under.ttl().toNanos() * (0.375 + random.nextDouble(0.25))));
        // Last, so that who waits for the service hears of it first.
        watch.add(this);
        rest(jittered, change > now.toEpochMilli() ? change : 0);
    }

    /** Unless it was changed after it was read. */
    private void rest(Duration pause, long change) {
        agenda.rest(seenRevision.isOutdated() ? Duration.ZERO : pause, change);
    }

    /**
     * The first race is most often lost against nobody: the service was taken for a new one. After another one there
     * is a pause, and what was seen before is old then.
     */
    private void again(int race) {
        if (race == 1) {
            judge(2);
        } else {
            worker.after(Duration.ofMillis(random.nextInt(10 * race)), () -> agenda.step(() -> look(race + 1)));
        }
    }

    static EtcdException lostAllRaces() {
        return new EtcdException(EtcdException.Kind.REFUSED, "its keys changed " + RACES + " times while they were written",
                null);
    }
}
