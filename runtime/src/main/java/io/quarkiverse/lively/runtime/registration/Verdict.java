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
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** What a process has to do about its service, judged from what etcd has of it. */
sealed interface Verdict {

    /** All is as it should be: UP. */
    record Settled() implements Verdict {
    }

    /** Claim the service and publish it UP. */
    record Register(Reason reason, Optional<Hold> toCome) implements Verdict {
    }

    /** Somebody who knows no states rewrote the record, and left it UP: say so in the state. */
    record Adopt() implements Verdict {
    }

    /** It is UP, but entries of the index are missing. */
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

    /** Another service that is alive, or held, has its type and host. */
    record NameTaken(String uuid) implements Verdict {
    }

    /**
     * @param seen what etcd has of the service
     * @param mine our claim
     * @param lease our lease
     * @param firstSeen when this process, as the owner, first saw the record as it is; empty if it never was the owner: only
     *        its
     *        first claim may displace another one
     */
    static Verdict of(ServiceKeys seen, Neighbours neighbours, OwnerWrites writes, Claim mine, long lease,
            Optional<Instant> firstSeen, Instant now) {
        Optional<Claim> owner = seen.owner().value();
        boolean ours = owner.filter(claim -> claim.getIncarnation().equals(mine.getIncarnation())).isPresent();
        if (firstSeen.isPresent() && seen.owner().exists() && !ours) {
            return new Fenced(owner.orElseGet(Claim::getDefaultInstance));
        }
        boolean alive = ours && seen.owner().lease() == lease;
        Optional<Service> up = seen.service().value().filter(record -> record.getStatus() == Status.UP);
        boolean published = alive && seen.up().exists() && seen.up().lease() == lease
                && up.filter(writes::isInPlace).isPresent();

        Optional<String> rival = writes.rival(seen);
        boolean rivalStays = neighbours.rivalStays(writes.identity(), now);
        if (rivalStays && !published) {
            return new NameTaken(rival.get());
        }
        Optional<Hold> hold = Holds.of(seen, now, firstSeen);
        if (hold.filter(h -> Holds.isInForce(h, now)).isPresent()) {
            boolean settled = alive && up.isEmpty() && !seen.up().exists() && !writes.entriesAreMissing(seen);
            return new Held(hold.get(), settled);
        }
        boolean nameIsFree = !rivalStays && !writes.isNamed(seen) && seen.typeHost().exists();
        if (!published || nameIsFree) {
            return new Register(seen.owner().exists() && !ours ? Reason.TAKEOVER : Reason.REGISTERED, hold);
        }
        if (!seen.stateIsCurrent()) {
            return new Adopt();
        }
        return writes.entriesAreMissing(seen) ? new Mend() : new Settled();
    }
}
