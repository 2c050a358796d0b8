package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.store.proto.Hold;

/**
 * <i>UP is published once the application listens and its readiness checks pass; before that it is registered as DOWN.</i>
 * <i>It registers again by itself, after an outage, a restart, a wipe or a compaction of etcd.</i> <i>While etcd answers, the
 * owner notices what is said within the time that etcd needs to tell it, and if it is not told, within about 0.6 TTL.</i> <i>A
 * fenced process takes the service back only after it has seen for a whole TTL that no other process owns it.</i>
 * <p>
 * Each registration of a process that runs and reaches etcd is as it should be, once the bound is over that counts from the
 * last change that it has to notice.
 */
final class OwnerIsUpCheck implements Check {

    private static final String CLAIMED = "a service without an owner is claimed";
    private static final String HOLD_AT_ONCE = "a hold is noticed at once";
    private static final String HOLD = "a hold is noticed";
    private static final String UP = "an owner that reaches etcd is UP";
    private static final String FENCED = "a process whose service another one has taken is FENCED";
    private static final String DOWN = "an owner that says DOWN is DOWN";
    private static final String LEASE = "the claim and the entry under UP are under the lease of the owner";
    private static final String TOKEN = "the token of an owner is the one of its claim";
    private static final String METADATA = "the metadata of an owner are those set last";
    /** A change while the checks are asked is noticed when they are asked again. */
    private static final long NEXT_POLL = 6 * Bounds.SECOND;

    private final World world;
    private final Services services;
    private final Bounds bounds;

    OwnerIsUpCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public List<String> promises() {
        return List.of(FENCED, CLAIMED, HOLD, HOLD_AT_ONCE, UP, DOWN, LEASE, TOKEN, METADATA);
    }

    @Override
    public void tick() {
        world.places().forEach(place -> place.running().filter(application -> application.servesSince() >= 0)
                .ifPresent(this::check));
    }

    private void check(SimulatedApplication application) {
        Trouble trouble = world.trouble();
        Machine machine = application.place().machine();
        long now = world.scheduler().now();
        long quietSince = trouble.quietSince(machine);
        if (now - quietSince < bounds.recovery()) {
            return;
        }
        if (application.place().setup().registers()) {
            check(application, application.lively().registrar().own(), application.wantsUp(),
                    Math.max(application.servesSince(), application.wantsSince())
                            + (application.place().setup().awaitsReadiness() ? NEXT_POLL : 0));
        }
        application.further().values().forEach(further -> check(application, further, true, application.furtherSince(
                further.record().uuid())));
    }

    /** @param wantedSince since when the application wants it as it does */
    private void check(SimulatedApplication application, Registration registration, boolean wantsUp, long wantedSince) {
        RegistrationState state = registration.state();
        if (state == RegistrationState.STOPPED) {
            return;
        }
        Trouble trouble = world.trouble();
        Machine machine = application.place().machine();
        long now = world.scheduler().now();
        long quietSince = trouble.quietSince(machine);
        String uuid = registration.record().uuid();
        StoredService stored = services.get(uuid);
        Services.Times times = services.times(uuid);
        // A watch that has been open for long tells at once.
        boolean isTold = now - quietSince > 2 * bounds.converged();
        long notice = isTold ? Bounds.AT_ONCE : bounds.look();
        long due = Math.max(Math.max(quietSince + bounds.converged(), wantedSince + Bounds.AT_ONCE),
                Math.max(Math.max(times.changedByOthers + notice, trouble.clockQuietSince(machine) + bounds.look()),
                        times.changed + Bounds.AT_ONCE));
        // An owner whose names os-lively has taken stays registered, unless others have written its record otherwise meanwhile.
        boolean hasToClaim = stored.owner == null || Services.isNameTaken(registration)
                && (application.place().setup().ephemeral() || !isInRegion(application, stored));
        if (hasToClaim && !isNameFree(registration.record(), now - bounds.look())) {
            return;
        }
        if (stored.owner == null) {
            boolean isFenced = state == RegistrationState.FENCED;
            long claimDue = Math.max(due, times.ownerSince + notice)
                    + (isFenced ? 2 * bounds.ttl() + bounds.look() : 0);
            if (now > claimDue) {
                violated(CLAIMED, application, registration, stored, "the claim of this process");
            }
            world.checked(CLAIMED);
            return;
        }
        if (now <= Math.max(due, times.ownerSince + notice)) {
            return;
        }
        if (!services.isOwner(application, uuid)) {
            boolean waits = state == RegistrationState.STARTING
                    && (application.place().setup().onConflict() == OnConflict.WAIT
                            || Services.isNameTaken(registration));
            if (state != RegistrationState.FENCED && !waits) {
                violated(FENCED, application, registration, stored, "FENCED");
            }
            world.checked(FENCED);
            return;
        }
        if (state == RegistrationState.FENCED && services.replacedAt() > 0
                && now - Math.max(services.replacedAt(), times.changedByOthers) <= 2 * bounds.ttl() + bounds.converged()) {
            // A restore has brought its claim back, and it waits for a whole TTL without a write of others.
            return;
        }
        Instant wallTime = machine.now();
        if (isChanging(stored, wallTime)) {
            return;
        }
        if (isHeld(stored, wallTime)) {
            if (state != RegistrationState.HELD_DOWN || !stored.saysDown() || stored.up != null) {
                violated(HOLD, application, registration, stored, "HELD_DOWN");
            }
            world.checked(isTold ? HOLD_AT_ONCE : HOLD);
        } else if (wantsUp) {
            if (state != RegistrationState.REGISTERED || !stored.isUp()) {
                violated(UP, application, registration, stored, "UP");
            }
            world.checked(UP);
        } else {
            if (state != RegistrationState.REGISTERED || !stored.saysDown() || stored.up != null) {
                violated(DOWN, application, registration, stored, "DOWN");
            }
            world.checked(DOWN);
        }
        checkLease(application, registration, stored);
        application.metadata(uuid).filter(set -> now > Math.max(due, set.since() + Bounds.SECOND + Bounds.AT_ONCE))
                .ifPresent(set -> {
                    if (!stored.owner.getMetadataMap().equals(set.values())) {
                        violated(METADATA, application, registration, stored,
                                set.values() + ", not " + stored.owner.getMetadataMap());
                    }
                    world.checked(METADATA);
                });
    }

    private static boolean isInRegion(SimulatedApplication application, StoredService stored) {
        String wanted = stored.uuid.equals(application.uuid()) ? application.place().setup().region() : "default";
        return stored.record != null && stored.record.getRegion().equals(wanted);
    }

    /** Whether no other service that is alive or held has had its type and host since that time. */
    private boolean isNameFree(ServiceRecord names, long since) {
        KeyValue entry = services.named(names.type(), names.host());
        String holder = entry == null ? names.uuid() : entry.value().toStringUtf8();
        StoredService other = services.get(holder);
        return services.namedSince(names.type(), names.host()) < since
                && (holder.equals(names.uuid()) || other.up == null && other.owner == null && !other.saysDown()
                        && other.statedHold().isEmpty() && !isPlanned(other)
                        && services.times(holder).changed < since);
    }

    /** A window that os-lively has left in the record. */
    private static boolean isPlanned(StoredService other) {
        return other.record != null && other.record.getMaintenanceStart() != 0;
    }

    /** All that goes away with the process is under its one lease. */
    private void checkLease(SimulatedApplication application, Registration registration, StoredService stored) {
        long lease = stored.ownerEntry.lease();
        boolean same = registration.lease().filter(own -> own.id().equals(String.format("%016x", lease))).isPresent();
        if (!same || stored.up != null && stored.up.lease() != lease || world.etcd().lease(lease) == null) {
            violated(LEASE, application, registration, stored,
                    "one lease, not " + registration.lease());
        }
        world.checked(LEASE);
        long token = stored.token();
        if (!registration.fencingToken().equals(OptionalLong.of(token))) {
            violated(TOKEN, application, registration, stored,
                    "the token " + token + ", not " + registration.fencingToken());
        }
        world.checked(TOKEN);
    }

    /** Whether a hold begins or ends about now, or cannot be judged from etcd alone. */
    private static boolean isChanging(StoredService stored, Instant now) {
        Optional<Hold> hold = stored.statedHold();
        if (hold.isPresent()) {
            return isNear(hold.get().getStart(), now) || hold.get().getEnd() != 0 && isNear(hold.get().getEnd(), now);
        }
        // Whether an end that has passed counts depends on when the owner saw it first.
        return stored.isDownByOthers() && stored.record.getMaintenanceEnd() != 0
                && stored.record.getMaintenanceEnd() <= now.getEpochSecond() + 2;
    }

    private static boolean isNear(long milliseconds, Instant now) {
        long since = now.toEpochMilli() - milliseconds;
        return since >= -500 && since < 2_000;
    }

    private static boolean isHeld(StoredService stored, Instant now) {
        return stored.isDownByOthers() || stored.statedHold().filter(hold -> StoredService.isInForce(hold, now)).isPresent();
    }

    private void violated(String check, SimulatedApplication application, Registration registration, StoredService stored,
            String expected) {
        world.violated(check, String.format("%s is %s (%s), expected: %s; etcd has %s; quiet since %.3f s, changed by others at"
                + " %.3f s, owner since %.3f s, the clock shows %d", application.process().name(), registration.state(),
                registration.reason(),
                expected, stored, world.trouble().quietSince(application.place().machine()) / 1e9,
                services.times(stored.uuid).changedByOthers / 1e9, services.times(stored.uuid).ownerSince / 1e9,
                application.process().now().toEpochMilli()));
    }
}
