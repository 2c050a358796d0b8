package io.quarkiverse.lively.simulation;

import static io.quarkiverse.lively.RegistrationState.FENCED;
import static io.quarkiverse.lively.RegistrationState.HELD_DOWN;
import static io.quarkiverse.lively.RegistrationState.LOST;
import static io.quarkiverse.lively.RegistrationState.REGISTERED;
import static io.quarkiverse.lively.RegistrationState.STARTING;
import static io.quarkiverse.lively.RegistrationState.STOPPED;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;

/**
 * The table <i>The states of a registration</i>: no other change is ever reported, and each one for the cause that the table
 * gives.
 */
final class StatesAreTrueCheck implements Check {

    private static final String TABLE = "each change of a state is in the table";
    private static final String TRUE = "a reported state is true";
    private static final String NEEDLESS = "nothing is LOST while nothing is broken";
    private static final Map<RegistrationState, Set<RegistrationState>> CHANGES = Map.of(
            STARTING, EnumSet.of(REGISTERED, HELD_DOWN, FENCED, STOPPED),
            REGISTERED, EnumSet.of(HELD_DOWN, LOST, FENCED, STOPPED),
            HELD_DOWN, EnumSet.of(REGISTERED, FENCED, STOPPED),
            LOST, EnumSet.of(REGISTERED, HELD_DOWN, FENCED, STOPPED),
            FENCED, EnumSet.of(REGISTERED, HELD_DOWN, STOPPED));
    /** Those that follow from what is stored. */
    private static final Set<RegistrationState> JUDGED = EnumSet.of(REGISTERED, HELD_DOWN, FENCED);
    /** So old may be what a process knows, while it is not paused: it asks for its keys, and then for those beside them. */
    private static final long OLDEST_ANSWER = 2 * SimulatedClient.REQUEST_TIMEOUT.toNanos() + Bounds.SECOND / 2;

    private final World world;
    private final Services services;
    private final Bounds bounds;

    StatesAreTrueCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public List<String> promises() {
        return List.of(TABLE, TRUE, NEEDLESS);
    }

    @Override
    public void changed(SimulatedApplication application, RegistrationChange change) {
        if (!CHANGES.getOrDefault(change.previous(), Set.of()).contains(change.current())) {
            world.violated(TABLE, application.process().name() + ": " + change.previous() + " -> " + change.current() + ": "
                    + change.reason());
        }
        world.checked(TABLE);
        long now = world.scheduler().now();
        Machine machine = application.place().machine();
        StoredService stored = services.get(change.registration().record().uuid());
        Services.Times times = services.times(stored.uuid);
        if (JUDGED.contains(change.current()) && now - world.trouble().processQuietSince(machine) > OLDEST_ANSWER) {
            if (services.since(stored.uuid, now - OLDEST_ANSWER).stream()
                    .noneMatch(seen -> isTrue(change.current(), application, seen))) {
                violated(TRUE, application, change, stored);
            }
            world.checked(TRUE);
        }
        if (change.current() == LOST && world.trouble().quietFor(machine, bounds.converged())) {
            if (now - times.takenAway > bounds.look() && now - services.replacedAt() > bounds.converged()) {
                violated(NEEDLESS, application, change, stored);
            }
            world.checked(NEEDLESS);
        }
    }

    private boolean isTrue(RegistrationState state, SimulatedApplication application, StoredService seen) {
        boolean isOwner = services.incarnation(application).filter(seen::isOwnedBy).isPresent();
        return switch (state) {
            case REGISTERED -> isOwner && seen.record != null;
            case HELD_DOWN -> isOwner && seen.saysDown() && (seen.isDownByOthers() || seen.statedHold().isPresent());
            default -> seen.owner != null && !isOwner;
        };
    }

    private void violated(String name, SimulatedApplication application, RegistrationChange change, StoredService stored) {
        world.violated(name, application.process().name() + ": " + change.previous() + " -> " + change.current() + " ("
                + change.reason() + "), and etcd has had since " + services.times(stored.uuid).changed / 1e9 + " s " + stored);
    }
}
