package io.quarkiverse.lively.simulation;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.store.proto.Transition;
import io.quarkiverse.lively.simulation.Services.ServiceChange;
import io.quarkiverse.lively.simulation.Services.Writer;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * The rules for every write of Lively, see the invariants in the protocol: a record is UP only together with its entry under
 * UP, DOWN always without it; the state is written with the record; what goes away with the owner is under the owner's one
 * lease; no entry of an index dangles; the history gets one row for each act; and an owner writes only what changes something.
 */
final class StoreInvariantsCheck implements Check {

    private static final String STATUS = "a record is UP only with its entry under UP";
    private static final String STATE = "the state is written with the record";
    private static final String LEASE = "an owner puts all under its one lease";
    private static final String HISTORY = "one row of the history for each act";
    private static final String ENDED = "the next claim says of an end without a word";
    private static final String LAST = "what a claim says outlives it";
    private static final String DELETED = "nothing is left of a deleted service";
    private static final String CHANGES = "an owner writes only what changes something";
    private static final String NAME = "one live holder of a type and host";
    private static final String INDEX = "no entry of an index dangles";

    private final World world;
    private final Services services;
    /** The services whose keys os-lively, or a restore, may have left in a state that Lively would not. */
    private final TreeSet<String> writtenByOthers = new TreeSet<>();
    /** By uuid: the incarnation, or the other client, that published the service as UP for the last time. */
    private final Map<String, String> publishers = new TreeMap<>();

    StoreInvariantsCheck(World world, Services services) {
        this.world = world;
        this.services = services;
    }

    @Override
    public List<String> promises() {
        return List.of(STATUS, STATE, LEASE, HISTORY, ENDED, LAST, DELETED, CHANGES, NAME, INDEX);
    }

    @Override
    public void committed(Commit commit) {
        if (commit.who().equals(OsLively.NAME)) {
            // It takes the entry of a type and host from a service without writing that.
            commit.changes().stream().map(Change::before).filter(Objects::nonNull)
                    .forEach(entry -> writtenByOthers.add(entry.value().toStringUtf8()));
        }
        if (commit.cause() == Commit.Cause.TRANSACTION && !commit.who().equals(OsLively.NAME)) {
            commit.changes().stream().filter(change -> StoredService.text(change.key()).contains("/by-type-host/"))
                    .forEach(change -> checkName(commit, change));
        }
        for (ServiceChange change : services.changes()) {
            switch (change.writer()) {
                case OS_LIVELY -> writtenByOthers.add(change.uuid());
                case ETCD -> {
                    // Only an ephemeral service loses more than its claim and its entry under UP.
                    if (change.before().record != null && change.after().record == null) {
                        checkDeleted(commit, change);
                    }
                }
                default -> check(commit, change);
            }
            notePublisher(change);
        }
    }

    private void notePublisher(ServiceChange change) {
        StoredService after = change.after();
        boolean says = after.saysUp() && after.up != null && after.recordEntry != change.before().recordEntry;
        if (after.record == null && after.state == null && after.historyEntry == null) {
            publishers.remove(change.uuid());
        } else if (after.state == null && after.historyEntry == null) {
            // They vanished with the lease of an ephemeral owner, or were never there.
            publishers.put(change.uuid(), OsLively.NAME);
        } else if (says && change.writer() == Writer.OS_LIVELY) {
            publishers.putIfAbsent(change.uuid(), OsLively.NAME);
        } else if (says && !after.state.getBy().equals("unknown")) {
            publishers.put(change.uuid(), after.state.getBy());
        }
    }

    /** A type and host are taken only from a service that is neither alive nor held. */
    private void checkName(Commit commit, Change change) {
        if (change.before() == null || change.after() == null || change.before().value().equals(change.after().value())) {
            return;
        }
        String uuid = change.before().value().toStringUtf8();
        StoredService former = services.changes().stream().filter(other -> other.uuid().equals(uuid)).map(ServiceChange::before)
                .findFirst().orElseGet(() -> services.get(uuid));
        boolean isNamed = former.record != null && StoredService.text(change.key())
                .endsWith("/" + former.record.getType() + "/" + former.record.getHost());
        if (isNamed && (former.up != null || former.owner != null || former.isDownByOthers()
                && former.record.getMaintenanceEnd() == 0
                || former.statedHold().filter(hold -> hold.getStart() == 0 && hold.getEnd() == 0).isPresent())) {
            world.violated(NAME, commit.who() + " has taken " + StoredService.text(change.key()) + " from " + former);
        }
        world.checked(NAME);
    }

    private void check(Commit commit, ServiceChange change) {
        StoredService before = change.before();
        StoredService after = change.after();
        if (after.recordEntry != before.recordEntry && after.record != null || after.up != before.up) {
            // A process that gives its claim up without DOWN leaves the service to expire. An operator may plan a maintenance of a
            // service that has expired, or rewrite it, and leaves it expired.
            boolean hasExpired = before.saysUp() && before.up == null;
            boolean letsExpire = after.up == null
                    && (hasExpired || after.owner == null && (before.owner != null || before.saysUp()));
            if (after.saysUp() != (after.up != null) && !letsExpire) {
                violated(STATUS, commit, change);
            }
            world.checked(STATUS);
        }
        if (after.recordEntry != before.recordEntry && after.record != null) {
            if (after.stateEntry == null || after.stateEntry.modRevision() != after.recordEntry.modRevision()
                    || after.saysUp() == (after.down != null)) {
                violated(STATE, commit, change);
            }
            world.checked(STATE);
            checkHistory(commit, change);
        }
        if (before.record != null && after.record == null) {
            checkDeleted(commit, change);
        }
        if (change.writer() == Writer.OWNER && after.owner != null) {
            checkLease(commit, change);
            checkLast(commit, change);
            if (!changesSomething(commit, before, after)) {
                violated(CHANGES, commit, change);
            }
            world.checked(CHANGES);
        }
    }

    private void checkHistory(Commit commit, ServiceChange change) {
        List<Transition> before = change.before().history();
        List<Transition> after = change.after().history();
        boolean changesStatus = change.before().record == null
                || change.before().record.getStatus() != change.after().record.getStatus();
        boolean saysEnd = follows(before, after, 2) && after.get(after.size() - 2).getReason() == Reason.EXPIRED;
        // Another owner may put the history under its own lease.
        if (after.equals(before) ? changesStatus : !saysEnd && !follows(before, after, 1) && !isLifted(change)) {
            violated(HISTORY, commit, change);
        }
        world.checked(HISTORY);
        if (change.writer() == Writer.OWNER && publishers.containsKey(change.uuid())) {
            if (saysEnd != hasEndedWithoutAWord(change)) {
                violated(ENDED, commit, change);
            }
            world.checked(ENDED);
        }
    }

    /** The owner publishes UP, after another party has lifted its DOWN: one row tells both. */
    private static boolean isLifted(ServiceChange change) {
        List<Transition> before = change.before().history();
        List<Transition> after = change.after().history();
        if (change.writer() != Writer.OWNER || before.isEmpty() || after.size() != before.size()) {
            return false;
        }
        Transition lift = before.get(before.size() - 1);
        Transition up = after.get(after.size() - 1);
        return after.subList(0, after.size() - 1).equals(before.subList(0, before.size() - 1))
                && lift.getStatus() == Status.DOWN && lift.getReason() == Reason.OPERATOR && up.getStatus() == Status.UP
                && up.getReason() == Reason.OPERATOR && up.getByName().equals(lift.getBy())
                && change.after().isOwnedBy(up.getBy()) && change.before().stateIsCurrent()
                && !change.before().state.hasHold() && change.before().ownerEntry == change.after().ownerEntry;
    }

    /** Whether so many rows were added; the oldest are dropped. */
    private static boolean follows(List<Transition> before, List<Transition> after, int added) {
        int kept = after.size() - added;
        return kept >= 0 && kept == Math.min(before.size(), 32 - added)
                && after.subList(0, kept).equals(before.subList(before.size() - kept, before.size()));
    }

    /** The service was UP, and its owner is gone, or another process claims it at the same address. */
    private boolean hasEndedWithoutAWord(ServiceChange change) {
        StoredService before = change.before();
        StoredService after = change.after();
        if (!before.saysUp() || after.owner == null || before.isOwnedBy(after.owner.getIncarnation())) {
            return false;
        }
        if (before.owner == null) {
            return before.up == null && !publishers.get(change.uuid()).equals(after.owner.getIncarnation());
        }
        return before.up != null && OneOwnerCheck.haveSameAddress(before.owner, after.owner);
    }

    /** In the same transaction. */
    private void checkLast(Commit commit, ServiceChange change) {
        StoredService after = change.after();
        if (after.ownerEntry == change.before().ownerEntry) {
            return;
        }
        boolean isEphemeral = after.recordEntry != null && after.recordEntry.lease() != 0;
        Claim last = CommitLog.parse(after.lastEntry, Claim.parser());
        if (isEphemeral ? last != null : !after.owner.toBuilder().clearToken().build().equals(last)) {
            violated(LAST, commit, change);
        }
        world.checked(LAST);
    }

    private void checkLease(Commit commit, ServiceChange change) {
        StoredService after = change.after();
        long lease = after.ownerEntry.lease();
        boolean isUnder = lease != 0 && (after.up == change.before().up || after.up == null || after.up.lease() == lease);
        boolean isEphemeral = services.ofProcess(commit.who())
                .filter(application -> application.place().setup().ephemeral()).isPresent();
        if (after.recordEntry != null && after.recordEntry != change.before().recordEntry) {
            isUnder &= after.recordEntry.lease() == (isEphemeral ? lease : 0);
        }
        if (!isUnder) {
            violated(LEASE, commit, change);
        }
        world.checked(LEASE);
    }

    private void checkDeleted(Commit commit, ServiceChange change) {
        StoredService after = change.after();
        if (writtenByOthers.contains(change.uuid())) {
            return;
        }
        Service former = change.before().record;
        KeyValue name = services.named(former.getType(), former.getHost());
        boolean isNamed = name != null && name.value().equals(ByteString.copyFromUtf8(change.uuid()));
        if (after.up != null || after.down != null || after.owner != null || after.state != null || after.historyEntry != null
                || after.lastEntry != null || !services.regions(change.uuid()).isEmpty() || isNamed) {
            violated(DELETED, commit, change);
        }
        world.checked(DELETED);
    }

    /** Other than when something was said. */
    private static boolean changesSomething(Commit commit, StoredService before, StoredService after) {
        return before.record == null || !before.record.equals(after.record) || !same(before.up, after.up)
                || !same(before.down, after.down) || !same(before.ownerEntry, after.ownerEntry)
                || before.recordEntry.lease() != after.recordEntry.lease() || !before.stateIsCurrent()
                || before.state.getReason() != after.state.getReason() || !before.state.getBy().equals(after.state.getBy())
                || !before.state.getHold().equals(after.state.getHold())
                || commit.changes().stream().anyMatch(change -> {
                    String key = StoredService.text(change.key());
                    return (key.contains("/by-type-host/") || key.contains("/by-region/"))
                            && !same(change.before(), change.after());
                });
    }

    private static boolean same(KeyValue one, KeyValue other) {
        return one == null ? other == null
                : other != null && one.lease() == other.lease() && one.value().equals(other.value());
    }

    @Override
    public void replaced() {
        // What was written after the backup may be written once more.
        services.all().forEach(stored -> writtenByOthers.add(stored.uuid));
        publishers.clear();
    }

    @Override
    public void beforeStop() {
        services.all().forEach(stored -> {
            if (stored.record != null && !writtenByOthers.contains(stored.uuid)) {
                KeyValue name = services.named(stored.record.getType(), stored.record.getHost());
                if (name == null || !services.regions(stored.uuid).contains(stored.record.getRegion())
                        || services.regions(stored.uuid).size() != 1) {
                    world.violated(INDEX, stored + " is under the type and host of " + name + " and in the regions "
                            + services.regions(stored.uuid));
                }
                world.checked(INDEX);
            }
        });
        services.names().forEach((name, entry) -> {
            StoredService named = services.get(entry.value().toStringUtf8());
            if (named.record == null && !writtenByOthers.contains(named.uuid)) {
                world.violated(INDEX, name + " names a service that does not exist: " + named);
            }
        });
        services.regions().forEach((uuid, regions) -> {
            if (!regions.isEmpty() && services.get(uuid).record == null && !writtenByOthers.contains(uuid)) {
                world.violated(INDEX, uuid + ", which does not exist, is in " + regions);
            }
        });
    }

    private void violated(String name, Commit commit, ServiceChange change) {
        world.violated(name, commit.who() + " (" + change.writer() + ", " + commit.cause() + ") has made of " + change.before()
                + " this: " + change.after());
    }
}
