package io.quarkiverse.lively.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * <i>A process that dies, or hangs as a whole, is not UP any more one TTL after its last renewal, and at most one second
 * later.</i> <i>With a change of the leader, or a restart, etcd gives every lease its whole TTL again. Without a leader no
 * lease expires at all.</i>
 */
final class CrashIsSeenCheck implements Check {

    private static final String NAME = "a crash is seen after a TTL and a second";
    /** A renewal that was sent before may still be on its way, unless the link was broken or slow. */
    private static final long ON_ITS_WAY = Bounds.SECOND / 10;

    private final World world;
    private final Services services;
    private final long ttl;
    /** By process: since when it has been dead or paused. Not for one that runs. */
    private final Map<String, Long> silentSince = new TreeMap<>();

    CrashIsSeenCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.ttl = Bounds.of(world.setup()).ttl();
    }

    @Override
    public List<String> promises() {
        return List.of(NAME);
    }

    @Override
    public void ended(SimulatedApplication application) {
        note(application);
    }

    @Override
    public void tick() {
        for (Place place : world.places()) {
            place.application().ifPresent(application -> {
                if (application.process().isRunning()) {
                    silentSince.remove(application.process().name());
                } else {
                    note(application);
                }
            });
        }
        for (StoredService stored : services.all()) {
            if (stored.up != null && stored.owner != null && stored.up.lease() == stored.ownerEntry.lease()) {
                services.application(stored.owner.getIncarnation()).ifPresent(owner -> check(stored, owner));
            }
        }
    }

    private void note(SimulatedApplication application) {
        SimulatedProcess process = application.process();
        if (process.isPaused()) {
            silentSince.put(process.name(), process.pausedAt());
        } else if (process.isDead()) {
            // It may have gone on after a pause, and sent something, since the last look.
            silentSince.merge(process.name(), world.scheduler().now(),
                    (since, now) -> process.resumedAt() > since ? now : since);
        }
    }

    private void check(StoredService stored, SimulatedApplication owner) {
        Long silent = silentSince.get(owner.process().name());
        if (silent == null) {
            return;
        }
        long now = world.scheduler().now();
        Trouble trouble = world.trouble();
        long linkQuietSince = trouble.linkQuietSince(owner.place().machine());
        // What is sent over a broken link may arrive long after it is mended.
        if (silent - linkQuietSince < Bounds.SECOND * 60 && linkQuietSince > 0) {
            return;
        }
        long elected = trouble.etcdQuietSince() == 0 ? 0 : trouble.etcdQuietSince() + Bounds.ELECTION;
        if (now > Math.max(silent + ON_ITS_WAY, elected) + ttl + Bounds.SECOND) {
            world.violated(NAME, owner.process().name() + " has been silent since " + silent / 1e9 + " s: " + stored + "; "
                    + world.etcd().lease(stored.up.lease()));
        }
        world.checked(NAME);
    }
}
