package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.simulation.etcd.EtcdMember;

/**
 * <i>DOWN is acknowledged by etcd before anything of the application stops serving, if etcd answers. Stopping takes no longer
 * than the timeout of the shutdown, whatever etcd does.</i> And of what has ended nothing is left: no lease, no connection, no
 * watch, no thread, no timer.
 */
final class EndCheck implements Check {

    private static final String DOWN = "DOWN is in etcd before the application stops serving";
    private static final String LAST_WORD = "an application that stops is DOWN";
    private static final String BUDGET = "a stop ends in its time";
    private static final String NOTHING_LEFT = "nothing is left of what has ended";
    /** With the half second in which the application itself closes, and some slow hops between threads. */
    private static final long BUDGET_TIME = SimulatedApplication.STOP_TIMEOUT.toNanos() + Bounds.SECOND;

    private final World world;
    private final Services services;
    private final Bounds bounds;

    /** The last lease of each application. */
    private final Map<SimulatedApplication, Long> leases = new HashMap<>();
    private final Set<SimulatedApplication> down = new HashSet<>();

    EndCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public List<String> promises() {
        return List.of(DOWN, LAST_WORD, BUDGET, NOTHING_LEFT);
    }

    @Override
    public void changed(SimulatedApplication application, RegistrationChange change) {
        change.registration().lease().ifPresent(lease -> leases.put(application, Long.parseUnsignedLong(lease.id(), 16)));
    }

    /** An observer that throws may have kept it from the last steps. */
    private boolean canStop(SimulatedApplication application) {
        long quietSince = world.trouble().quietSince(application.place().machine());
        return !application.hadFailingObserver() && application.stoppingSince() - quietSince >= bounds.recovery();
    }

    @Override
    public void down(SimulatedApplication application) {
        down.add(application);
        long now = world.scheduler().now();
        if (!canStop(application)) {
            return;
        }
        // A service that it closed before may be back, if etcd was restored from a backup: then it goes with the lease.
        List<String> uuids = new ArrayList<>(application.further().keySet());
        uuids.add(application.uuid());
        for (String uuid : uuids) {
            StoredService stored = services.get(uuid);
            if (stored.owner != null && services.isOwner(application, uuid)) {
                world.violated(DOWN, application.process().name() + " has stopped since "
                        + (now - application.stoppingSince()) / 1e9 + " s, and is still the owner: " + stored);
            }
            checkLastWord(application, stored);
        }
        world.checked(DOWN);
    }

    /** The application has given the service up while it stopped, and no other client has written the record since. */
    private void checkLastWord(SimulatedApplication application, StoredService stored) {
        Services.Times times = services.times(stored.uuid);
        long ownedUntil = services.incarnation(application).map(times.ownedUntil::get).orElse(-1L);
        if (ownedUntil < application.stoppingSince() || stored.owner != null
                || times.changedByOthers >= application.stoppingSince()) {
            return;
        }
        // os-lively may have deleted the record.
        boolean isDown = stored.record == null
                || !application.place().setup().ephemeral() && stored.saysDown() && stored.up == null;
        if (!isDown) {
            world.violated(LAST_WORD, application.process().name() + " has stopped and left " + stored);
        }
        world.checked(LAST_WORD);
    }

    @Override
    public void ended(SimulatedApplication application) {
        if (down.remove(application) && application.hasStopped() && canStop(application)) {
            Long lease = leases.get(application);
            if (lease != null && world.etcd().lease(lease) != null) {
                world.violated(NOTHING_LEFT, application.process().name() + " has ended, and not " + world.etcd().lease(lease));
            }
        }
        if (application.isStopping() && !application.process().isDead()) {
            checkEnded(application);
        }
    }

    private void checkEnded(SimulatedApplication application) {
        long open = application.clients().stream().filter(client -> !client.isClosed()).count();
        if (open > 0 || application.process().openWorkers() > 0) {
            world.violated(NOTHING_LEFT, application.process().name() + " has closed and left " + open + " clients and "
                    + application.process().openWorkers() + " threads");
        }
        world.checked(NOTHING_LEFT);
    }

    @Override
    public void tick() {
        long now = world.scheduler().now();
        for (Place place : world.places()) {
            place.application().filter(SimulatedApplication::isStopping).ifPresent(application -> {
                long since = Math.max(application.stoppingSince(), world.trouble().processQuietSince(place.machine()));
                if (application.process().isRunning() && now - since > BUDGET_TIME) {
                    world.violated(BUDGET,
                            application.process().name() + " has been stopping for " + (now - since) / 1e9 + " s");
                }
                world.checked(BUDGET);
            });
        }
    }

    @Override
    public void finished() {
        if (!world.etcd().leases().isEmpty()) {
            world.violated(NOTHING_LEFT, "leases live on: " + world.etcd().leases());
        }
        world.places().forEach(place -> place.idle().filter(process -> process.openTimers() > 0).ifPresent(process -> world
                .violated(NOTHING_LEFT, process.name() + " has closed and left " + process.openTimers() + " timers")));
        world.applications().forEach(application -> world.violated(BUDGET, application.process().name() + " never ended"));
        for (EtcdMember member : world.etcd().members()) {
            if (member.connections() > 0 || member.watches() > 0) {
                world.violated(NOTHING_LEFT, member + " has " + member.connections() + " connections and " + member.watches()
                        + " watches");
            }
        }
        world.checked(NOTHING_LEFT);
    }
}
