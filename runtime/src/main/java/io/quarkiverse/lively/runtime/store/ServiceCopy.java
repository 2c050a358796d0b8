package io.quarkiverse.lively.runtime.store;

import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.RegistryKey.Kind;
import io.quarkiverse.lively.runtime.store.proto.Claim;

/**
 * What the keys of one service hold, as far as it can matter some time. Nearly all of it is in the record that readers see, and
 * is kept there only: there may be a hundred thousand of these.
 *
 * @param record as readers see it; null if there is none, or none that can be read
 * @param up whether the entry under UP exists
 * @param incarnation the hash of the one that claims the service, or of a claim that cannot be read; 0 if nobody does
 * @param aside what the record does not tell: an {@link Orphan} if there is none, a {@link Said} if the state that goes with it
 *        is hidden, as when it expired; else null
 */
record ServiceCopy(ServiceRecord record, boolean up, int incarnation, Aside aside) {

    /** What no record tells. */
    sealed interface Aside permits Orphan, Said {
    }

    /**
     * Keys without a record.
     *
     * @param claimed null if nobody claims it
     */
    record Orphan(String uuid, Claimed claimed) implements Aside {
    }

    static ServiceCopy nothing(String uuid) {
        return new ServiceCopy(null, false, 0, new Orphan(uuid, null));
    }

    /** What is left once these keys have changed; those that are absent there have not. */
    ServiceCopy with(Map<Kind, Optional<KeyValue>> changed, ServiceDecoder decoder) {
        Optional<Claim> newClaim = value(changed, Kind.OWNER).flatMap(decoder::claim);
        boolean isClaimChanged = changed.containsKey(Kind.OWNER);
        Optional<Claimed> nowClaimed = isClaimChanged ? newClaim.map(Claimed::of) : claimed();
        int nowIncarnation = isClaimChanged
                ? value(changed, Kind.OWNER).map(owner -> incarnation(newClaim, owner)).orElse(0)
                : incarnation;
        boolean nowUp = changed.containsKey(Kind.UP) ? value(changed, Kind.UP).isPresent() : up;
        ServiceRecord declared = !changed.containsKey(Kind.SERVICE) ? record
                : value(changed, Kind.SERVICE)
                        .flatMap(service -> decoder.decode(service, false, Optional.empty(), Optional.empty())).orElse(null);
        if (declared == null) {
            return new ServiceCopy(null, nowUp, nowIncarnation, new Orphan(uuid(), nowClaimed.orElse(null)));
        }
        Optional<Said> nowSaid = saidOf(declared, changed, decoder);
        ServiceRecord now = ServiceRecords.of(declared, nowUp, nowClaimed, nowSaid);
        return new ServiceCopy(now, nowUp, nowIncarnation,
                now.liveness() == Liveness.EXPIRED ? nowSaid.orElse(null) : null);
    }

    /** With an equal record. */
    ServiceCopy with(ServiceRecord same) {
        return new ServiceCopy(same, up, incarnation, aside);
    }

    String uuid() {
        return aside instanceof Orphan orphan ? orphan.uuid() : record.uuid();
    }

    boolean isClaimed() {
        return incarnation != 0;
    }

    boolean isNothing() {
        return record == null && !up && claimed().isEmpty();
    }

    /** Zero is nobody's: a claim is put under a lease, so that what cannot be read and has none is no claim. */
    private static int incarnation(Optional<Claim> claim, KeyValue owner) {
        if (claim.isEmpty() && owner.lease() == 0) {
            return 0;
        }
        int hash = claim.map(known -> known.getIncarnation().hashCode()).orElseGet(() -> owner.value().hashCode());
        return hash == 0 ? 1 : hash;
    }

    /** A state that is older than its record says nothing of it, and never will. */
    private Optional<Said> saidOf(ServiceRecord declared, Map<Kind, Optional<KeyValue>> changed, ServiceDecoder decoder) {
        if (changed.containsKey(Kind.STATE)) {
            return value(changed, Kind.STATE).filter(state -> state.modRevision() >= declared.revision())
                    .flatMap(decoder::state).map(Said::of);
        }
        return changed.containsKey(Kind.SERVICE) ? Optional.empty() : said();
    }

    private Optional<Claimed> claimed() {
        if (aside instanceof Orphan orphan) {
            return Optional.ofNullable(orphan.claimed());
        }
        return record.owned() ? Optional.of(new Claimed(record.endpoint(), record.metadata())) : Optional.empty();
    }

    private Optional<Said> said() {
        return aside instanceof Said hidden ? Optional.of(hidden)
                : record.since().map(since -> new Said(record.reason(), since));
    }

    private static Optional<KeyValue> value(Map<Kind, Optional<KeyValue>> changed, Kind kind) {
        return changed.getOrDefault(kind, Optional.empty());
    }
}
