package io.quarkiverse.lively.simulation;

import io.quarkiverse.lively.simulation.etcd.EtcdMember;

/**
 * <i>DOWN is acknowledged by etcd before anything of the application stops serving, if etcd answers. Stopping takes no longer
 * than
 * the timeout of the shutdown, whatever etcd does.</i> And of what has ended nothing is left: no lease, no connection, no
 * watch, no
 * thread.
 */
final class EndCheck implements Check {

    private static final String DOWN = "DOWN is in etcd before the application stops serving";
    private static final String BUDGET = "a stop ends in its time";
    private static final String NOTHING_LEFT = "nothing is left of what has ended";
    /** The view may take a second of its own to close, and each hop between threads takes a while. */
    private static final long BUDGET_TIME = SimulatedApplication.STOP_TIMEOUT.toNanos() + 2 * Bounds.SECOND;

    private final World world;
    private final Services services;
    private final Bounds bounds;

    EndCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public void down(SimulatedApplication application) {
        long now = world.scheduler().now();
        Machine machine = application.place().machine();
        long reachable = application.stoppingSince() - world.trouble().quietSince(machine);
        // An observer that throws may have kept it from the last steps.
        if (application.hadFailingObserver() || reachable < bounds.recovery()
                || world.trouble().quietSince(machine) > application.stoppingSince()) {
            return;
        }
        for (StoredService stored : services.all()) {
            // A service that it closed before may be back, if etcd was restored from a backup: then it goes with the lease.
            boolean isPresent = stored.uuid.equals(application.uuid()) || application.further().containsKey(stored.uuid);
            if (isPresent && stored.owner != null && services.isOwner(application, stored.uuid)) {
                world.violated(DOWN, application.process().name() + " has stopped since "
                        + (now - application.stoppingSince()) / 1e9 + " s, and is still the owner: " + stored);
            }
        }
        world.checked(DOWN);
    }

    @Override
    public void ended(SimulatedApplication application) {
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
