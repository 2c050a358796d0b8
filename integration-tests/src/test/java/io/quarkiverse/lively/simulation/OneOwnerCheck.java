package io.quarkiverse.lively.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.simulation.Services.ServiceChange;
import io.quarkiverse.lively.simulation.Services.Writer;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * <i>At any time one of them is the owner in etcd, and only the owner writes.</i> <i>By default the one that starts later
 * takes over, and the earlier one is FENCED: it writes nothing of that service. With {@code on-conflict=wait} the later one
 * waits, with {@code fail} it does not register.</i> <i>A fenced process takes the service back only after it has seen for a
 * whole TTL that no other process owns it, and never displaces anybody.</i> <i>{@code fencingToken()} is higher for each new
 * owner:</i> it is the revision of the claim, or the one that the claim carries on. <i>It does not change as long as the
 * process owns the service under
 * the same lease.</i>
 */
final class OneOwnerCheck implements Check {

    private static final String WRITES = "only the owner writes";
    private static final String DISPLACES = "a process displaces another one with its first claim only";
    private static final String CONFLICT = "on-conflict is respected";
    private static final String WAITS = "a fenced process waits for a whole TTL";
    private static final String TOKENS = "the token of a former owner is lower";
    private static final String KEPT = "the token of an owner stays, and that of a new claim is new";
    /** A clock of a process may be faster than true time. */
    private static final double DRIFT = 1 - 2 * Place.MOST_DRIFT;

    private final World world;
    private final Services services;
    private final long ttl;
    /** By uuid: the end of the last claim. */
    private final Map<String, ClaimEnd> ends = new HashMap<>();
    /** By incarnation and uuid: those that have said that they are the owner, and so know it. */
    private final Set<String> claimed = new HashSet<>();

    /** By process and uuid: those that say that they are fenced. */
    private final Set<String> fenced = new HashSet<>();

    private record ClaimEnd(String incarnation, long time) {
    }

    OneOwnerCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.ttl = Bounds.of(world.setup()).ttl();
    }

    @Override
    public List<String> promises() {
        return List.of(WRITES, DISPLACES, CONFLICT, WAITS, TOKENS, KEPT);
    }

    @Override
    public void committed(Commit commit) {
        for (ServiceChange change : services.changes()) {
            if (change.writer() == Writer.OWNER) {
                services.ofProcess(commit.who()).ifPresent(writer -> check(writer, change));
            }
            if (change.after().owner != null && change.after().ownerEntry != change.before().ownerEntry) {
                checkToken(commit, change.before(), change.after());
            }
            if (change.before().owner != null && change.after().owner == null) {
                ends.put(change.uuid(), new ClaimEnd(change.before().owner.getIncarnation(), commit.time()));
            }
        }
    }

    private void checkToken(Commit commit, StoredService before, StoredService after) {
        boolean isSame = before.owner != null && before.isOwnedBy(after.owner.getIncarnation())
                && before.ownerEntry.lease() == after.ownerEntry.lease();
        if (after.token() != (isSame ? before.token() : after.ownerEntry.modRevision())) {
            world.violated(KEPT, commit.who() + " has made of " + before + " this: " + after);
        }
        world.checked(KEPT);
    }

    @Override
    public void replaced() {
        ends.clear();
    }

    private void check(SimulatedApplication writer, ServiceChange change) {
        StoredService before = change.before();
        StoredService after = change.after();
        String process = writer.process().name();
        boolean wasOwner = before.owner != null && services.isOf(before.owner.getIncarnation(), process);
        boolean claims = after.owner != null && services.isOf(after.owner.getIncarnation(), process) && !wasOwner;
        if (claims) {
            claimed(writer, change);
        } else if (!wasOwner) {
            // Its lease may run out while it stops. The service has no owner then, and the process still writes DOWN.
            boolean isItsOwn = before.state != null && services.isOf(before.state.getBy(), process);
            if (before.owner != null || !isItsOwn || after.state == null
                    || after.state.getReason() != Reason.SHUTDOWN) {
                world.violated(WRITES, process + " has made of " + before + " this: " + after);
            }
        }
        world.checked(WRITES);
    }

    private void claimed(SimulatedApplication writer, ServiceChange change) {
        StoredService before = change.before();
        StoredService after = change.after();
        long now = world.scheduler().now();
        String key = after.owner.getIncarnation() + after.uuid;
        if (before.owner != null) {
            if (claimed.contains(key)) {
                world.violated(DISPLACES, writer.process().name() + " had claimed it before, and has now displaced another one:"
                        + " before " + before + "; after " + after);
            }
            world.count("first claims that displace");
            OnConflict onConflict = writer.place().setup().onConflict();
            if (onConflict != OnConflict.TAKEOVER && !haveSameAddress(before.owner, after.owner)) {
                world.violated(CONFLICT,
                        writer.process().name() + " is to " + onConflict + ", and has displaced another one: before "
                                + before + "; after " + after);
            }
            world.checked(CONFLICT);
        } else if (fenced.contains(writer.process().name() + after.uuid) && ends.containsKey(after.uuid)
                && !after.isOwnedBy(ends.get(after.uuid).incarnation())) {
            long unowned = now - ends.get(after.uuid).time();
            // An owner that a restore has brought back may come and go while a machine is suspended, whose clock stands still.
            boolean mayBeUnseen = world.histories() > 0
                    && world.trouble().processQuietSince(writer.place().machine()) > services.replacedAt();
            if (unowned < ttl * DRIFT && !mayBeUnseen) {
                world.violated(WAITS,
                        writer.process().name() + " has claimed it after " + unowned / 1e9 + " s without an owner: "
                                + after);
            }
            world.checked(WAITS);
        }
    }

    @Override
    public void changed(SimulatedApplication application, RegistrationChange change) {
        String uuid = change.registration().record().uuid();
        String key = application.process().name() + uuid;
        if (change.current() == RegistrationState.FENCED) {
            fenced.add(key);
            world.checked(DISPLACES);
        } else {
            fenced.remove(key);
        }
        Optional<String> claim = services.incarnation(application).map(incarnation -> incarnation + uuid);
        if (change.current() == RegistrationState.REGISTERED || change.current() == RegistrationState.HELD_DOWN) {
            claim.ifPresent(claimed::add);
        } else if (change.current() == RegistrationState.STOPPED && !uuid.equals(application.uuid())) {
            // It may register the same further service again, as a new one.
            claim.ifPresent(claimed::remove);
        }
    }

    /** Two processes cannot listen there at once. */
    static boolean haveSameAddress(Claim one, Claim other) {
        return one.getPort() != 0 && one.getPort() == other.getPort() && one.getAddress().equals(other.getAddress());
    }

    @Override
    public void tick() {
        if (services.replacedAt() > 0 && world.scheduler().now() - services.replacedAt() < 2 * ttl) {
            return;
        }
        world.places().forEach(place -> place.running().ifPresent(application -> {
            check(application, application.lively().registrar().own());
            application.further().values().forEach(further -> check(application, further));
        }));
    }

    private void check(SimulatedApplication application, Registration registration) {
        if (registration.state() != RegistrationState.REGISTERED) {
            return;
        }
        StoredService stored = services.get(registration.record().uuid());
        OptionalLong token = registration.fencingToken();
        // Tokens of different histories of etcd cannot be compared.
        if (token.isPresent() && stored.owner != null && world.histories() == 0) {
            long present = stored.token();
            boolean isOwner = services.isOwner(application, stored.uuid);
            if (isOwner ? token.getAsLong() > present : token.getAsLong() >= present) {
                world.violated(TOKENS,
                        application.process().name() + " is REGISTERED with the token " + token.getAsLong() + ": "
                                + stored);
            }
            world.checked(TOKENS);
        }
    }
}
