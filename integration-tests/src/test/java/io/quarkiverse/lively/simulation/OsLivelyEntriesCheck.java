package io.quarkiverse.lively.simulation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.registration.ServiceRegistration;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * "Both can run on one etcd, and read each other's records": once all is quiet, os-lively finds each service that a process
 * keeps alive by its uuid, its status, its type and host, and its region, and by no other status.
 */
final class OsLivelyEntriesCheck implements Check {

    private static final String ENTRIES = "os-lively reads what it should";

    private static final String DOWN = "/services/by-status/DOWN/";

    private final World world;
    /**
     * The entries under DOWN that os-lively had put under a lease, as it does, and that went with it. After a restore they may
     * be others.
     */
    private final Set<String> expired = new TreeSet<>();

    OsLivelyEntriesCheck(World world) {
        this.world = world;
    }

    @Override
    public List<String> promises() {
        return List.of(ENTRIES);
    }

    @Override
    public void committed(Commit commit) {
        for (Change change : commit.changes()) {
            String key = change.key().toStringUtf8();
            if (key.startsWith(DOWN)) {
                expired.remove(key.substring(DOWN.length()));
                if (change.after() == null && commit.cause() == Commit.Cause.LEASE_EXPIRED) {
                    expired.add(key.substring(DOWN.length()));
                }
            }
        }
    }

    @Override
    public void beforeStop() {
        world.applications().forEach(application -> {
            boolean isEphemeral = application.place().setup().ephemeral();
            look(application.lively().registrar().own(), isEphemeral);
            application.further().values().forEach(further -> look(further, isEphemeral));
        });
    }

    private void look(ServiceRegistration registration, boolean isEphemeral) {
        if (registration.state() != RegistrationState.REGISTERED && registration.state() != RegistrationState.HELD_DOWN) {
            return;
        }
        if (Services.isNameTaken(registration)) {
            // It stays HELD_DOWN, also without a record, and says why.
            return;
        }
        String uuid = registration.record().uuid();
        Service record = CommitLog.parse(find(world.layout().service(uuid)), Service.parser());
        boolean isOwned = record != null && find(world.layout().owner(uuid)) != null;
        if (!isOwned && isEphemeral && registration.state() == RegistrationState.HELD_DOWN) {
            // The hold is remembered. Another service may have its names since its lease has ended.
            return;
        }
        if (record == null || !record.getUuid().equals(uuid)) {
            world.violated(ENTRIES, uuid + " is " + registration.state() + ", and has no record: " + record);
            return;
        }
        boolean isUp = record.getStatus() == Status.UP;
        boolean isFound = isUp == exists(world.layout().up(uuid))
                && (isUp != exists(world.layout().down(uuid)) || !isUp && (expired.contains(uuid) || world.histories() > 0));
        KeyValue holder = find(world.layout().typeHost(record.getType(), record.getHost()));
        boolean isNamed = holder != null && (holder.value().toStringUtf8().equals(uuid)
                || keepsName(holder.value().toStringUtf8(), record, registration.state()));
        String region = record.getRegion().isEmpty() ? "default" : record.getRegion();
        boolean isInRegion = exists(world.layout().region(region, uuid));
        if (isFound && isNamed && isInRegion) {
            world.checked(ENTRIES);
        } else {
            world.violated(ENTRIES, uuid + " is " + registration.state() + " and its record " + record.getStatus() + " in "
                    + record.getRegion() + "; under UP: " + exists(world.layout().up(uuid)) + ", under DOWN: "
                    + exists(world.layout().down(uuid)) + ", named: " + isNamed + ", in its region: " + isInRegion);
        }
    }

    /**
     * os-lively takes names without asking, and one that is alive or held keeps them. A process does not take a name back for a
     * service that is held.
     */
    private boolean keepsName(String rival, Service record, RegistrationState state) {
        Service other = CommitLog.parse(find(world.layout().service(rival)), Service.parser());
        if (other == null || state == RegistrationState.HELD_DOWN) {
            return other != null;
        }
        return other.getType().equals(record.getType()) && other.getHost().equals(record.getHost())
                && (other.getStatus() == Status.DOWN || other.getMaintenanceStart() != 0 || exists(world.layout().up(rival))
                        || exists(world.layout().owner(rival)));
    }

    private KeyValue find(ByteString key) {
        return world.etcd().find(key, world.etcd().revision());
    }

    private boolean exists(ByteString key) {
        return find(key) != null;
    }
}
