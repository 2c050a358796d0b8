package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.simulation.Services.ServiceChange;
import io.quarkiverse.lively.simulation.Services.Writer;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * <i>A DOWN that an operator says survives heart-beats, changes of health, a lost lease and restarts of the service. An
 * operator's DOWN that lands between any two steps of the owner is never overwritten. It ends by {@code up}, or at the end of
 * its maintenance.</i> <i>Start and end of a maintenance are kept within one second, by the wall clock of the owner's
 * machine.</i>
 */
final class HoldsCheck implements Check {

    private static final String RESPECTED = "an owner never overwrites a hold";
    private static final String BEGINS = "a maintenance begins on time";
    private static final String ENDS = "a maintenance ends on time";

    private final World world;
    private final Services services;
    private final Bounds bounds;

    HoldsCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public List<String> promises() {
        return List.of(RESPECTED, BEGINS, ENDS);
    }

    @Override
    public void committed(Commit commit) {
        for (ServiceChange change : services.changes()) {
            if (change.writer() == Writer.OWNER && change.before().record != null && change.after().record != null) {
                services.ofProcess(commit.who()).ifPresent(owner -> check(owner, change));
            }
        }
    }

    private void check(SimulatedApplication owner, ServiceChange change) {
        StoredService before = change.before();
        StoredService after = change.after();
        Machine machine = owner.place().machine();
        Instant now = machine.now();
        if (world.scheduler().now() - world.trouble().clockQuietSince(machine) < 10 * Bounds.SECOND
                && world.trouble().clockQuietSince(machine) > 0) {
            // It may have decided by another time than that of now.
            return;
        }
        Optional<Hold> hold = before.statedHold().filter(stated -> !StoredService.isOver(stated, now));
        if (hold.isPresent()) {
            boolean isKept = after.state.hasHold() && after.state.getHold().equals(hold.get());
            // It may have begun while the transaction was on its way.
            boolean isInForce = StoredService.isInForce(hold.get(), now.minusSeconds(1));
            if (!isKept || isInForce && after.saysUp() && !before.saysUp()) {
                world.violated(RESPECTED,
                        owner.process().name() + ", whose clock shows " + now.toEpochMilli() + ", has made of "
                                + before + " this: " + after);
            }
            world.checked(RESPECTED);
        } else if (before.statedHold().isPresent() && after.statedHold().isEmpty()) {
            world.checked(ENDS);
        } else if (before.isDownByOthers()) {
            long end = before.record.getMaintenanceEnd();
            if ((end == 0 || end > now.getEpochSecond()) && after.saysUp()) {
                world.violated(RESPECTED, owner.process().name() + ", whose clock shows " + now + ", has made UP of " + before
                        + ", which says DOWN until " + end);
            }
            world.checked(RESPECTED);
        }
    }

    @Override
    public void tick() {
        world.places().forEach(place -> place.running().ifPresent(application -> {
            if (world.trouble().quietFor(place.machine(), bounds.recovery())) {
                check(application, application.lively().registrar().own());
                application.further().values().forEach(further -> check(application, further));
            }
        }));
    }

    private void check(SimulatedApplication application, Registration registration) {
        String uuid = registration.record().uuid();
        StoredService stored = services.get(uuid);
        Hold hold = stored.statedHold().orElse(null);
        if (hold == null || hold.getStart() == 0 && hold.getEnd() == 0 || !services.isOwner(application, uuid)
                || Services.isNameTaken(registration)) {
            // An ephemeral service that os-lively has rewritten has to be claimed anew, which has to wait for its name.
            return;
        }
        Machine machine = application.place().machine();
        Trouble trouble = world.trouble();
        Services.Times times = services.times(uuid);
        // Since then it has known of the maintenance, and nothing has kept it from seeing to it.
        long known = Math.max(Math.max(trouble.quietSince(machine), application.servesSince()) + bounds.converged(),
                Math.max(Math.max(times.changed, times.ownerSince) + bounds.look(), trouble.clockQuietSince(machine)));
        long now = world.scheduler().now();
        long start = machine.trueTimeOf(Instant.ofEpochMilli(hold.getStart()));
        long end = hold.getEnd() == 0 ? Long.MAX_VALUE / 2 : machine.trueTimeOf(Instant.ofEpochMilli(hold.getEnd()));
        // One second, and a few slow round trips.
        long late = Bounds.SECOND + Bounds.SECOND / 2;
        if (hold.getStart() != 0 && now > Math.max(start, known) + late && now < end) {
            if (!stored.saysDown() || stored.up != null) {
                violated(BEGINS, application, stored, known);
            }
            world.checked(BEGINS);
        } else if (now > Math.max(end, known) + late) {
            violated(ENDS, application, stored, known);
        }
    }

    private void violated(String name, SimulatedApplication application, StoredService stored, long known) {
        world.violated(name, application.process().name() + ", whose clock shows "
                + application.process().now().toEpochMilli() + " and which is " + application.lively().registrar().own().state()
                + ", has left this: " + stored + "; it must have known of it since " + known / 1e9 + " s");
    }
}
