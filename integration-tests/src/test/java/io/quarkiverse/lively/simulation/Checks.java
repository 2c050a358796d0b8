package io.quarkiverse.lively.simulation;

import java.util.List;

/** All that is checked in a run. */
final class Checks {

    private Checks() {
    }

    static List<Check> all(World world) {
        Services services = new Services(world);
        return List.of(
                services,
                new OwnerIsUpCheck(world, services),
                new LossIsKnownCheck(world, services),
                new CrashIsSeenCheck(world, services),
                new HoldsCheck(world, services));
    }
}
