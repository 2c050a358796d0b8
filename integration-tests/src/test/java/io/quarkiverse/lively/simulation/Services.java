package io.quarkiverse.lively.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * What etcd has of each service, who owns it, and when that changed. It checks nothing: it is the first in the list of checks,
 * so that the others find it up to date.
 */
final class Services implements Check {

    static final String RECORD = "by-uuid/";
    static final String UP = "by-status/UP/";
    static final String DOWN = "by-status/DOWN/";
    static final String OWNER = "by-owner/";
    static final String STATE = "by-state/";
    static final long MEMORY = 10 * Bounds.SECOND;
    static final String HISTORY = "history/";
    static final String LAST = "last/";
    private static final String TYPE_HOST = "by-type-host/";
    private static final String REGION = "by-region/";
    private static final List<String> FOLDERS = List.of(RECORD, UP, DOWN, OWNER, STATE, HISTORY, LAST);
    private static final String BASE = "/services/";

    private final World world;
    private final Map<String, StoredService> services = new TreeMap<>();
    private final Map<String, Times> times = new TreeMap<>();
    /** By type and host, and by region and uuid. */
    private final Map<String, KeyValue> names = new TreeMap<>();
    private final Map<String, Long> namedSince = new TreeMap<>();
    private final Map<String, Set<String>> regions = new TreeMap<>();
    /** The incarnation of each process, as far as it has claimed anything. */
    private final Map<String, String> incarnations = new TreeMap<>();
    /** The application of each process. */
    private final Map<String, SimulatedApplication> applications = new LinkedHashMap<>();
    private final Map<String, SimulatedApplication> byIncarnation = new LinkedHashMap<>();
    private List<ServiceChange> changes = List.of();
    private long replacedAt;

    /** The kinds of those who write. */
    enum Writer {
        /** A process, of a service that it keeps alive. */
        OWNER,
        /** A process, of whatever service. */
        OPERATOR,
        OS_LIVELY,
        /** etcd, since a lease has ended. */
        ETCD
    }

    /** What one commit changed of one service. */
    record ServiceChange(StoredService before, StoredService after, Writer writer) {

        String uuid() {
            return after.uuid;
        }
    }

    /** What it was until then, in true time. */
    private record Past(StoredService service, long until) {
    }

    /** True times; -1: never. */
    static final class Times {

        /** The last few. */
        private final Deque<Past> past = new ArrayDeque<>();

        /** The last change of any key of the service. */
        long changed = -1;
        /** The last change by another than its owner. */
        long changedByOthers = -1;
        /** Since when the claim is that of the present incarnation, or absent. */
        long ownerSince;
        /** By incarnation: when it owned the service for the last time. Not for the present owner. */
        final Map<String, Long> ownedUntil = new TreeMap<>();
        /** When the record was deleted for the last time, or the claim, or the entry under UP, by others than the owner. */
        long takenAway = -1;
    }

    Services(World world) {
        this.world = world;
    }

    /** What the present commit has changed. */
    List<ServiceChange> changes() {
        return changes;
    }

    StoredService get(String uuid) {
        StoredService found = services.get(uuid);
        return found == null ? new StoredService(uuid) : found;
    }

    /** All that it was since that time, and is. Longer ago than {@link #MEMORY}, something may be missing. */
    List<StoredService> since(String uuid, long time) {
        List<StoredService> found = new ArrayList<>(List.of(get(uuid)));
        times(uuid).past.stream().filter(past -> past.until() >= time).forEach(past -> found.add(past.service()));
        return found;
    }

    private static void remember(Times at, StoredService was, long until) {
        at.past.add(new Past(was, until));
        while (at.past.getFirst().until() < until - MEMORY) {
            at.past.removeFirst();
        }
    }

    Iterable<StoredService> all() {
        return services.values();
    }

    Times times(String uuid) {
        return times.computeIfAbsent(uuid, any -> new Times());
    }

    /** The entry of that type and host; null if there is none. */
    KeyValue named(String type, String host) {
        return names.get(type + "/" + host);
    }

    /** The last change of the entry of that type and host, also if it was deleted then; 0 if there was none. */
    long namedSince(String type, String host) {
        return Math.max(replacedAt, namedSince.getOrDefault(type + "/" + host, 0L));
    }

    Map<String, KeyValue> names() {
        return names;
    }

    /** In which it is found; those of os-lively, which have no uuid, are left out. */
    Set<String> regions(String uuid) {
        return regions.getOrDefault(uuid, Set.of());
    }

    Map<String, Set<String>> regions() {
        return regions;
    }

    /** When etcd was wiped or restored for the last time; 0 if never. */
    long replacedAt() {
        return replacedAt;
    }

    /** Of the application, once it has claimed anything; else it is empty. */
    Optional<String> incarnation(SimulatedApplication application) {
        return Optional.ofNullable(incarnations.get(application.process().name()));
    }

    /** The application that claimed as that incarnation, or goes on with it. */
    Optional<SimulatedApplication> application(String incarnation) {
        return Optional.ofNullable(byIncarnation.get(incarnation));
    }

    /** Whether an application in that process claimed as that incarnation, or goes on with it. */
    boolean isOf(String incarnation, String process) {
        return application(incarnation).filter(owner -> owner.process().name().equals(process)).isPresent();
    }

    /** Whether the registration has to wait until its names are free. */
    static boolean isNameTaken(Registration registration) {
        return registration.reason().contains("NAME_TAKEN");
    }

    boolean isOwner(SimulatedApplication application, String uuid) {
        return incarnation(application).filter(get(uuid)::isOwnedBy).isPresent();
    }

    /** The one that runs in that process, or ran there last. */
    Optional<SimulatedApplication> ofProcess(String name) {
        return Optional.ofNullable(applications.get(name));
    }

    @Override
    public void started(SimulatedApplication application) {
        String process = application.process().name();
        applications.put(process, application);
        if (application.lively().registrar().goesOn()) {
            byIncarnation.put(incarnations.get(process), application);
        } else {
            incarnations.remove(process);
        }
    }

    @Override
    public void committed(Commit commit) {
        Map<String, StoredService> before = new LinkedHashMap<>();
        for (Change change : commit.changes()) {
            apply(change.key(), change.after(), before);
        }
        changes = new ArrayList<>(before.size());
        before.forEach((uuid, was) -> changed(commit, was, services.get(uuid)));
    }

    private void changed(Commit commit, StoredService was, StoredService is) {
        Writer writer = writer(commit, was, is);
        changes.add(new ServiceChange(was, is, writer));
        Times at = times(is.uuid);
        long now = world.scheduler().now();
        remember(at, was, now);
        at.changed = now;
        if (writer != Writer.OWNER) {
            at.changedByOthers = now;
            if (was.record != null && is.record == null || was.up != null && is.up == null
                    || was.owner != null && is.owner == null) {
                at.takenAway = now;
            }
        }
        String wasOwner = was.owner == null ? "" : was.owner.getIncarnation();
        String isOwner = is.owner == null ? "" : is.owner.getIncarnation();
        if (!wasOwner.equals(isOwner)) {
            at.ownerSince = now;
            at.ownedUntil.put(wasOwner, now);
        }
        if (is.owner != null && is.ownerEntry != was.ownerEntry) {
            incarnations.put(commit.who(), isOwner);
            ofProcess(commit.who()).ifPresent(application -> byIncarnation.put(isOwner, application));
        }
    }

    private static Writer writer(Commit commit, StoredService was, StoredService is) {
        if (commit.cause() != Commit.Cause.TRANSACTION) {
            return Writer.ETCD;
        }
        if (commit.who().equals(OsLively.NAME)) {
            return Writer.OS_LIVELY;
        }
        if (is.stateEntry != was.stateEntry && is.state != null) {
            State state = is.state;
            return state.getBy().contains("@") || !state.getEditor().isEmpty() ? Writer.OPERATOR : Writer.OWNER;
        }
        boolean deletes = was.record != null && is.record == null;
        return deletes ? Writer.OPERATOR : Writer.OWNER;
    }

    /** @param before gets what was there before, of a service that has not changed yet */
    private void apply(ByteString key, KeyValue entry, Map<String, StoredService> before) {
        String path = key.toStringUtf8();
        if (!path.startsWith(BASE)) {
            return;
        }
        for (String folder : FOLDERS) {
            if (path.startsWith(folder, BASE.length())) {
                String uuid = path.substring(BASE.length() + folder.length());
                StoredService present = services.get(uuid);
                if (!before.containsKey(uuid)) {
                    StoredService was = present == null ? new StoredService(uuid) : present;
                    before.put(uuid, was);
                    present = was.copy();
                    services.put(uuid, present);
                }
                present.set(folder, entry);
                return;
            }
        }
        if (path.startsWith(TYPE_HOST, BASE.length())) {
            String name = path.substring(BASE.length() + TYPE_HOST.length());
            put(names, name, entry);
            namedSince.put(name, world.scheduler().now());
        } else if (path.startsWith(REGION, BASE.length())) {
            String name = path.substring(BASE.length() + REGION.length());
            int slash = name.indexOf('/');
            if (slash >= 0) {
                Set<String> of = regions.computeIfAbsent(name.substring(slash + 1), any -> new LinkedHashSet<>());
                if (entry == null) {
                    of.remove(name.substring(0, slash));
                } else {
                    of.add(name.substring(0, slash));
                }
            }
        }
    }

    private static void put(Map<String, KeyValue> map, String name, KeyValue entry) {
        if (entry == null) {
            map.remove(name);
        } else {
            map.put(name, entry);
        }
    }

    @Override
    public void replaced() {
        long now = world.scheduler().now();
        replacedAt = now;
        Map<String, StoredService> former = new TreeMap<>(services);
        services.clear();
        names.clear();
        regions.clear();
        Map<String, StoredService> all = new LinkedHashMap<>();
        for (KeyValue entry : world.etcd().read(ByteString.copyFromUtf8(BASE), ByteString.copyFromUtf8("/services0"),
                world.etcd().revision())) {
            apply(entry.key(), entry, all);
        }
        changes = List.of();
        former.forEach((uuid, was) -> {
            Times at = times(uuid);
            remember(at, was, now);
            at.changed = now;
            at.changedByOthers = now;
            at.takenAway = now;
            at.ownerSince = now;
            if (was.owner != null) {
                at.ownedUntil.put(was.owner.getIncarnation(), now);
            }
        });
        services.keySet().forEach(uuid -> {
            Times at = times(uuid);
            at.changed = now;
            at.changedByOthers = now;
            at.ownerSince = now;
        });
    }
}
