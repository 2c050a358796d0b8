package io.quarkiverse.lively.simulation;

import java.util.List;

/** All that is checked in a run. */
final class Checks {

    private Checks() {
    }

    static List<Check> all(World world) {
        Services services = new Services(world);
        CommitLog log = new CommitLog(world);
        return List.of(
                services,
                log,
                new OwnerIsUpCheck(world, services),
                new LossIsKnownCheck(world, services),
                new CrashIsSeenCheck(world, services),
                new HoldsCheck(world, services),
                new LinearizableReadsCheck(world, log),
                new RegistryWritesCheck(world, log),
                new EventsCheck(world, log),
                new ViewCheck(world, log),
                new OsLivelyEntriesCheck(world),
                new OneOwnerCheck(world, services),
                new StatesAreTrueCheck(world, services),
                new StoreInvariantsCheck(world, services),
                new BoundedWritesCheck(world, services),
                new EndCheck(world, services));
    }
}
