package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Optional;

import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.Neighbours;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** What a process has to do about its service, judged from what etcd has of it and what the process wants. */
sealed interface Verdict {

    /** All is as it should be. */
    record Settled() implements Verdict {
    }

    /**
     * Publish what is wanted.
     *
     * @param claims whether to claim the service and put its index entries in place, too
     */
    record Publish(boolean claims, Reason reason, Optional<Hold> toCome) implements Verdict {
    }

    /** Somebody who knows no states rewrote the record, and left it UP: say so in the state. */
    record Adopt() implements Verdict {
    }

    /** It is as it should be, but entries of the index are missing. */
    record Mend() implements Verdict {
    }

    /**
     * Somebody else keeps it DOWN.
     *
     * @param settled whether all is as it should be for that
     */
    record Held(Hold hold, boolean settled) implements Verdict {
    }

    /** Another process owns it since we did. */
    record Fenced(Claim by) implements Verdict {
    }

    /** Another process owns it, and we are to wait until that one is gone. */
    record WaitingFor(Claim owner) implements Verdict {
    }

    /** Another process owns it, and we are not to register it then. */
    record Refused(Claim owner) implements Verdict {
    }

    /** Another service that is alive, or held, has its type and host. */
    record NameTaken(String uuid) implements Verdict {
    }

    /**
     * @param seen what etcd has of the service
     * @param mine our claim
     * @param lease our lease
     * @param claimed whether this process has ever been the owner: only its first claim may displace another one
     * @param hold what somebody else says of it, in force or to come
     */
    static Verdict of(ServiceKeys seen, Neighbours neighbours, OwnerWrites writes, Claim mine, long lease, Wanted wanted,
            OnConflict onConflict, boolean claimed, Optional<Hold> hold, Instant now) {
        Optional<Claim> owner = seen.owner().value();
        boolean ours = owner.filter(claim -> claim.getIncarnation().equals(mine.getIncarnation())).isPresent();
        boolean others = seen.isClaimed() && !ours;
        Claim other = owner.orElseGet(Claim::getDefaultInstance);
        if (others && claimed) {
            return new Fenced(other);
        }
        // We listen where the other one did: it is gone, though its lease is not yet.
        if (others && onConflict != OnConflict.TAKEOVER && !OwnerWrites.haveSameAddress(mine, other)) {
            return onConflict == OnConflict.WAIT ? new WaitingFor(other) : new Refused(other);
        }
        boolean alive = ours && seen.owner().lease() == lease && writes.isUnder(lease, seen);
        boolean registered = alive && seen.service().value().filter(writes::isInPlace).isPresent();
        boolean rivalStays = neighbours.rivalStays(writes.identity(), now);
        if (rivalStays && !registered) {
            return new NameTaken(writes.rival(seen).orElseThrow());
        }
        if (hold.filter(h -> Holds.isInForce(h, now)).isPresent()) {
            boolean settled = alive && isDown(seen) && !writes.entriesAreMissing(seen);
            return new Held(hold.get(), settled);
        }
        boolean nameIsFree = !rivalStays && !writes.isNamed(seen) && seen.typeHost().exists();
        boolean claims = !registered || nameIsFree;
        if (claims || !isPublished(seen, wanted, mine, lease) || isHeldNoMore(seen, hold)) {
            return new Publish(claims, reason(seen, wanted, mine, others, alive), hold);
        }
        if (!seen.stateIsCurrent()) {
            return new Adopt();
        }
        return writes.entriesAreMissing(seen) ? new Mend() : new Settled();
    }

    /** Whether the claim in etcd says of its process what that wants to say. */
    static boolean isSaid(ServiceKeys seen, Claim mine) {
        return seen.owner().value().map(claim -> claim.toBuilder().clearToken().build()).filter(mine::equals).isPresent();
    }

    private static boolean isPublished(ServiceKeys seen, Wanted wanted, Claim mine, long lease) {
        if (wanted.isUp()) {
            boolean up = seen.service().value().filter(record -> record.getStatus() == Status.UP).isPresent();
            return up && seen.up().exists() && seen.up().lease() == lease;
        }
        return isDown(seen) && ownState(seen, mine).filter(state -> state.getReason() == wanted.reason()).isPresent();
    }

    /** A window has passed that nobody saw: it is still in the record. */
    private static boolean isHeldNoMore(ServiceKeys seen, Optional<Hold> hold) {
        return hold.isEmpty() && seen.stateIsCurrent() && seen.state().value().filter(State::hasHold).isPresent();
    }

    private static boolean isDown(ServiceKeys seen) {
        return seen.service().value().filter(record -> record.getStatus() != Status.UP).isPresent() && !seen.up().exists();
    }

    /** UP again is for the reason for which it was DOWN. */
    private static Reason reason(ServiceKeys seen, Wanted wanted, Claim mine, boolean takesOver, boolean alive) {
        if (!wanted.isUp()) {
            return wanted.reason();
        }
        if (takesOver) {
            return Reason.TAKEOVER;
        }
        return ownState(seen, mine).filter(state -> alive && isDown(seen)).map(State::getReason)
                .filter(reason -> reason == Reason.HEALTH || reason == Reason.APPLICATION).orElse(Reason.REGISTERED);
    }

    /** What we said last, if nobody said anything since. */
    private static Optional<State> ownState(ServiceKeys seen, Claim mine) {
        return seen.state().value().filter(state -> seen.stateIsCurrent() && state.getBy().equals(mine.getIncarnation()));
    }
}
