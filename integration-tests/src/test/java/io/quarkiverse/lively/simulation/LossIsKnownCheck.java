package io.quarkiverse.lively.simulation;

import java.util.List;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.simulation.etcd.Commit;
import io.quarkiverse.lively.simulation.etcd.Version;

/**
 * <i>A process says LOST before its lease can have run out in etcd. The state is worked out from a monotonic clock each time
 * it is read.</i> Not so after the machine was suspended as a whole, and not after etcd was wiped or restored: then the lease
 * is gone early, and the process finds that out with its next renewal.
 */
final class LossIsKnownCheck implements Check {

    private static final String NAME = "a loss is known before the lease runs out";

    /** Clocks that have come apart by less are not noticed. */
    private static final long NOTICED_SUSPENSION = Bounds.SECOND;

    private final World world;
    private final Services services;
    private final long ttl;

    LossIsKnownCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.ttl = Bounds.of(world.setup()).ttl();
    }

    @Override
    public List<String> promises() {
        return List.of(NAME);
    }

    @Override
    public void committed(Commit commit) {
        if (commit.cause() == Commit.Cause.LEASE_EXPIRED) {
            check(commit.lease());
        }
    }

    @Override
    public void tick() {
        check(0);
    }

    /** @param ended a lease that has just ended; 0 if none has */
    private void check(long ended) {
        for (Place place : world.places()) {
            place.application().filter(application -> !application.process().isDead())
                    .ifPresent(application -> check(application, ended));
        }
    }

    private void check(SimulatedApplication application, long ended) {
        check(application, application.lively().registrar().own(), ended);
        application.further().values().forEach(further -> check(application, further, ended));
    }

    private void check(SimulatedApplication application, Registration registration, long ended) {
        // An observer that throws at the hand-over of a reload keeps the application from stopping its further services.
        boolean isCutShort = application.isStopping() && application.hadFailingObserver();
        if (registration.state() != RegistrationState.REGISTERED || isCutShort) {
            return;
        }
        long lease = registration.lease().map(held -> Long.parseUnsignedLong(held.id(), 16)).orElse(0L);
        long now = world.scheduler().now();
        boolean mayBeDeceived = world.setup().version() == Version.V3_4 && isRecent(world.trouble().thawedSince())
                || isRecent(world.trouble().connectedSince());
        boolean isExcused = mayBeDeceived || now - runsSince(application) < untilNoticed(application)
                || services.replacedAt() > 0 && now - services.replacedAt() < ttl;
        if (!isExcused && (lease == ended || world.etcd().lease(lease) == null)) {
            world.violated(NAME, application.process().name() + " is REGISTERED as " + registration.record().uuid()
                    + " under the lease " + Long.toHexString(lease) + ", which has ended: " + registration.lease());
        }
        world.checked(NAME);
    }

    /**
     * A leader that was deposed may answer renewals: one that is cut off from the others until it notices, and in etcd 3.4 also
     * one that was frozen.
     */
    private boolean isRecent(long end) {
        return end > 0 && world.scheduler().now() - end < ttl;
    }

    /** A machine that was suspended compares its clocks each second. */
    private long untilNoticed(SimulatedApplication application) {
        Trouble trouble = world.trouble();
        Machine machine = application.place().machine();
        if (machine.lastSuspension() < NOTICED_SUSPENSION) {
            // The margin is for it, and for the drift of the clock.
            return ttl;
        }
        long others = Math.max(trouble.etcdQuietSince(), trouble.linkQuietSince(machine));
        return machine.wokeUpAt() - others > Bounds.of(world.setup()).converged() ? 2 * Bounds.SECOND + Bounds.AT_ONCE : ttl;
    }

    /** Since when it has run after its machine woke up; now if a pause has cut that short before it could notice. */
    private long runsSince(SimulatedApplication application) {
        SimulatedProcess process = application.process();
        long wokeUp = application.place().machine().wokeUpAt();
        boolean isCutShort = process.pausedAt() >= wokeUp && process.pausedAt() - wokeUp < untilNoticed(application);
        return !isCutShort ? wokeUp : process.isPaused() ? world.scheduler().now() : process.resumedAt();
    }
}
