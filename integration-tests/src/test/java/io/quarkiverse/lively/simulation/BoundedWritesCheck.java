package io.quarkiverse.lively.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.simulation.Services.ServiceChange;
import io.quarkiverse.lively.simulation.Services.Writer;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * <i>At any time one of them is the owner in etcd, and only the owner writes</i>, and not again and again: an owner writes a
 * few times for each cause, and nothing is written while nothing changes. A lease is renewed each third of its TTL, and not
 * more often.
 */
final class BoundedWritesCheck implements Check {

    private static final String STORM = "an owner writes a few times for each cause";
    private static final String QUIET = "nothing is written while nothing changes";
    private static final String RENEWALS = "a lease is renewed each third of its TTL";
    /** In {@link #WINDOW}; each act may cause some. */
    private static final int MOST = 16;
    private static final long WINDOW = 10 * Bounds.SECOND;

    private final World world;
    private final Services services;
    private final Bounds bounds;
    /** By process and uuid. */
    private final Map<String, Deque<Long>> writes = new HashMap<>();
    /** By application: how many renewals it had sent when all was as it should be. */
    private final Map<SimulatedApplication, Long> renewals = new LinkedHashMap<>();
    private long quietFrom = Long.MAX_VALUE;
    private boolean isOver;

    BoundedWritesCheck(World world, Services services) {
        this.world = world;
        this.services = services;
        this.bounds = Bounds.of(world.setup());
    }

    @Override
    public List<String> promises() {
        return List.of(STORM, QUIET, RENEWALS);
    }

    @Override
    public void healed() {
        // A crash is seen, a fenced process takes a service back, leases of os-lively run out, and each owner has looked.
        quietFrom = world.scheduler().now() + bounds.converged() + bounds.look()
                + Math.max(2 * bounds.ttl(), OsLively.TTL.toNanos() + 2 * Bounds.SECOND);
    }

    @Override
    public void tick() {
        if (world.scheduler().now() >= quietFrom && renewals.isEmpty() && !isOver) {
            world.applications().forEach(application -> renewals.put(application, sent(application)));
        }
    }

    @Override
    public void committed(Commit commit) {
        for (ServiceChange change : services.changes()) {
            if (change.writer() == Writer.OWNER) {
                Deque<Long> last = writes.computeIfAbsent(commit.who() + change.uuid(), any -> new ArrayDeque<>());
                last.addLast(commit.time());
                while (last.peekFirst() < commit.time() - WINDOW) {
                    last.removeFirst();
                }
                if (last.size() > MOST) {
                    world.violated(STORM,
                            commit.who() + " has written " + last.size() + " times within " + WINDOW / Bounds.SECOND
                                    + " s, at last " + change.after());
                }
                world.checked(STORM);
            }
            boolean isByLively = change.writer() == Writer.OWNER || change.writer() == Writer.OPERATOR;
            if (isByLively && commit.time() >= quietFrom && !isOver && !isWindow(change.before()) && !takesName(commit)
                    && !hasWaitedForName(change)) {
                world.violated(QUIET, commit.who() + " (" + change.writer() + ", " + commit.cause() + ") has made of "
                        + change.before() + " this: " + change.after());
            }
        }
    }

    /** Another service had it, until the hold on that one ended. */
    private static boolean takesName(Commit commit) {
        return commit.changes().stream().anyMatch(change -> change.after() != null
                && change.key().toStringUtf8().startsWith("/services/by-type-host/"));
    }

    /** It claims a service whose names lead to another one, until the hold on that one ended. */
    private boolean hasWaitedForName(ServiceChange change) {
        if (change.before().owner != null || change.after().owner == null || change.after().record == null) {
            return false;
        }
        KeyValue holder = services.named(change.after().record.getType(), change.after().record.getHost());
        return holder != null && !holder.value().toStringUtf8().equals(change.uuid());
    }

    /** A maintenance may begin or end. */
    private static boolean isWindow(StoredService stored) {
        return stored.statedHold().filter(hold -> hold.getStart() != 0 || hold.getEnd() != 0).isPresent()
                || stored.record != null && stored.record.getMaintenanceEnd() != 0;
    }

    @Override
    public void beforeStop() {
        isOver = true;
        long now = world.scheduler().now();
        renewals.forEach((application, before) -> {
            if (!application.process().isDead() && !application.isStopping()) {
                long most = (now - quietFrom) * 3 / bounds.ttl() + 2;
                long sent = sent(application) - before;
                // A clock may be a bit faster than true time.
                if (sent > most * (1 + 2 * Place.MOST_DRIFT)) {
                    world.violated(RENEWALS, application.process().name() + " has sent " + sent + " renewals within "
                            + (now - quietFrom) / 1e9 + " s, where " + most + " are enough");
                }
                world.checked(RENEWALS);
            }
        });
        if (now > quietFrom) {
            world.checked(QUIET);
        }
    }

    private static long sent(SimulatedApplication application) {
        return application.clients().stream().mapToLong(SimulatedClient::renewals).sum();
    }
}
