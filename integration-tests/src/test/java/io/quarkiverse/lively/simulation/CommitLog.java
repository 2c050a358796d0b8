package io.quarkiverse.lively.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.History;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.simulation.etcd.Change;
import io.quarkiverse.lively.simulation.etcd.Commit;

/**
 * What the registry was at each revision of etcd, as the witness saw it. The records are decoded here by the rules of the
 * registry alone, without the classes that are checked. Other checks read it; in their list it comes first.
 */
final class CommitLog implements Check {

    private static final String REGISTRY = "/services/by-";
    private static final String RECORD = "/services/by-uuid/";
    private static final String UP = "/services/by-status/UP/";
    private static final String OWNER = "/services/by-owner/";
    private static final String STATE = "/services/by-state/";
    private static final String HISTORY = "/services/history/";
    private static final String LAST = "/services/last/";
    private static final String NAME = "/services/by-type-host/";
    private static final int MOST_TRANSITIONS = 32;

    private final World world;
    private final List<Era> eras = new ArrayList<>();

    /**
     * A change of one service, as readers see it.
     *
     * @param before null if there was none
     * @param after null if there is none
     * @param reason that an event of this change has
     */
    record RecordChange(long revision, String uuid, ServiceRecord before, ServiceRecord after, Reason reason) {

        /** Whether a subscriber with that query has to learn of it. */
        boolean concerns(ServiceQuery query) {
            return before != null && query.matches(before) || after != null && query.matches(after);
        }
    }

    /** @param value null for none */
    private record Version<T>(long revision, T value) {
    }

    CommitLog(World world) {
        this.world = world;
        eras.add(new Era(0));
    }

    /** The present one. */
    Era era() {
        return eras.get(eras.size() - 1);
    }

    /** @param number as of {@link World#histories()} */
    Era era(int number) {
        return eras.get(number);
    }

    int eras() {
        return eras.size();
    }

    @Override
    public void committed(Commit commit) {
        era().add(commit.revision(), commit.time(), commit.changes());
    }

    @Override
    public void replaced() {
        Era next = new Era(world.scheduler().now());
        for (long revision = 2; revision <= world.etcd().revision(); revision++) {
            next.add(revision, world.scheduler().now(), world.etcd().changes(revision));
        }
        eras.add(next);
    }

    /** The uuid of the service whose record that key is; null for any other key. */
    static String recordOf(ByteString key) {
        return named(key.toStringUtf8(), RECORD);
    }

    private static String named(String key, String folder) {
        return key.startsWith(folder) ? key.substring(folder.length()) : null;
    }

    static <T> T parse(KeyValue entry, Parser<T> parser) {
        if (entry == null) {
            return null;
        }
        try {
            return parser.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** One history of etcd: from the start of the run, a wipe or a restore to the next one. */
    static final class Era {

        private final long beginning;
        private final Map<String, ServiceLog> services = new TreeMap<>();
        private final Map<String, List<Version<String>>> holders = new TreeMap<>();
        private final List<RecordChange> changes = new ArrayList<>();
        /** The revisions that touched what views read, and their times. */
        private final List<Long> revisions = new ArrayList<>();
        private final List<Long> times = new ArrayList<>();

        Era(long beginning) {
            this.beginning = beginning;
        }

        /** The true time. */
        long beginning() {
            return beginning;
        }

        /** In the order of their revisions. */
        List<RecordChange> changes() {
            return changes;
        }

        /** How many changes there were up to that revision. */
        int changesUntil(long revision) {
            int count = changes.size();
            while (count > 0 && changes.get(count - 1).revision() > revision) {
                count--;
            }
            return count;
        }

        /** The last revision before that time that touched what views read; 0 if none did. */
        long registryRevisionBefore(long time) {
            for (int i = times.size() - 1; i >= 0; i--) {
                if (times.get(i) < time) {
                    return revisions.get(i);
                }
            }
            return 0;
        }

        Collection<String> uuids() {
            return services.keySet();
        }

        /** The service at that revision; null if there was none. */
        ServiceRecord record(String uuid, long revision) {
            ServiceLog service = services.get(uuid);
            return service == null ? null : at(service.records, revision);
        }

        /** As a find returns it: without an owner it has what the last claim said. Null if there was none. */
        ServiceRecord found(String uuid, long revision) {
            ServiceRecord record = record(uuid, revision);
            Claim last = record == null || record.owned() ? null
                    : parse(at(services.get(uuid).lasts, revision), Claim.parser());
            return last == null ? record
                    : new ServiceRecord(uuid, record.type(), record.host(), record.region(), record.status(),
                            record.maintenance(), endpoint(last), last.getMetadataMap(), false, record.liveness(),
                            record.reason(), record.since(), record.revision());
        }

        /** All that match, by uuid. */
        List<ServiceRecord> list(ServiceQuery query, long revision) {
            List<ServiceRecord> found = new ArrayList<>();
            for (ServiceLog service : services.values()) {
                ServiceRecord record = at(service.records, revision);
                if (record != null && query.matches(record)) {
                    found.add(record);
                }
            }
            return found;
        }

        /** The service that the registry finds by its names; null if there is none. */
        ServiceRecord named(String type, String host, long revision) {
            String holder = holder(type, host, revision);
            ServiceRecord held = holder == null ? null : record(holder, revision);
            if (held != null && hasName(held, type, host)) {
                return held;
            }
            ServiceRecord last = null;
            for (ServiceLog service : services.values()) {
                ServiceRecord record = at(service.records, revision);
                if (record != null && hasName(record, type, host) && (last == null || record.revision() > last.revision())) {
                    last = record;
                }
            }
            return last;
        }

        /** The uuid that the entry of these names holds; null if there is none. */
        String holder(String type, String host, long revision) {
            List<Version<String>> versions = holders.get(type + "/" + host);
            return versions == null ? null : at(versions, revision);
        }

        /** The newest first. */
        List<Transition> transitions(String uuid, long revision) {
            ServiceLog service = services.get(uuid);
            History history = service == null ? null : parse(at(service.histories, revision), History.parser());
            if (history == null) {
                return List.of();
            }
            List<Transition> transitions = new ArrayList<>();
            for (int i = history.getTransitionsCount() - 1; i >= 0 && transitions.size() < MOST_TRANSITIONS; i--) {
                var logged = history.getTransitions(i);
                transitions.add(new Transition(Instant.ofEpochMilli(logged.getSince()), status(logged.getStatus()),
                        Reason.valueOf(logged.getReason().name()),
                        logged.getByName().isEmpty() ? logged.getBy() : logged.getByName(),
                        Optional.of(logged.getNote()).filter(note -> !note.isEmpty())));
            }
            return transitions;
        }

        /** Whether something is true at some revision of those. Only revisions that touched that service are looked at. */
        boolean ever(String uuid, long from, long to, Predicate<Long> condition) {
            if (condition.test(from)) {
                return true;
            }
            ServiceLog service = services.get(uuid);
            if (service != null) {
                for (int i = service.touched.size() - 1; i >= 0 && service.touched.get(i) > from; i--) {
                    if (service.touched.get(i) <= to && condition.test(service.touched.get(i))) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** How many of those revisions touched that service. */
        int touches(String uuid, long from, long to) {
            ServiceLog service = services.get(uuid);
            return service == null ? 0 : (int) service.touched.stream().filter(at -> at > from && at <= to).count();
        }

        /** The same of all revisions, those included that touched only names. */
        boolean ever(long from, long to, Predicate<Long> condition) {
            for (long revision = from; revision <= to; revision++) {
                if (condition.test(revision)) {
                    return true;
                }
            }
            return false;
        }

        private void add(long revision, long time, List<Change> touched) {
            Map<String, KeyValue> owners = new LinkedHashMap<>();
            Map<String, Reason> said = new LinkedHashMap<>();
            List<ServiceLog> affected = new ArrayList<>();
            boolean isRegistry = false;
            for (Change change : touched) {
                String key = change.key().toStringUtf8();
                isRegistry |= key.startsWith(REGISTRY);
                String uuid;
                if ((uuid = CommitLog.named(key, RECORD)) != null) {
                    affected(uuid, affected).record = change.after();
                } else if ((uuid = CommitLog.named(key, UP)) != null) {
                    affected(uuid, affected).up = change.after() != null;
                } else if ((uuid = CommitLog.named(key, OWNER)) != null) {
                    owners.put(uuid, change.before());
                    affected(uuid, affected).owner = change.after();
                } else if ((uuid = CommitLog.named(key, STATE)) != null) {
                    ServiceLog service = affected(uuid, affected);
                    service.state = change.after();
                    State state = parse(change.after(), State.parser());
                    if (state != null) {
                        said.put(uuid, Reason.valueOf(state.getReason().name()));
                    }
                } else if ((uuid = CommitLog.named(key, HISTORY)) != null) {
                    affected(uuid, affected).histories.add(new Version<>(revision, change.after()));
                } else if ((uuid = CommitLog.named(key, LAST)) != null) {
                    affected(uuid, affected).lasts.add(new Version<>(revision, change.after()));
                } else if ((uuid = CommitLog.named(key, NAME)) != null) {
                    holders.computeIfAbsent(uuid, name -> new ArrayList<>()).add(new Version<>(revision,
                            change.after() == null ? null : change.after().value().toStringUtf8()));
                }
            }
            if (isRegistry) {
                revisions.add(revision);
                times.add(time);
            }
            for (ServiceLog service : affected) {
                service.touched.add(revision);
                ServiceRecord before = at(service.records, revision);
                ServiceRecord after = service.decode();
                if (!Objects.equals(before, after)) {
                    service.records.add(new Version<>(revision, after));
                    boolean takenOver = owners.containsKey(service.uuid)
                            && areOfTwo(owners.get(service.uuid), service.owner);
                    changes.add(new RecordChange(revision, service.uuid, before, after,
                            reason(before, after, takenOver, said.get(service.uuid))));
                }
            }
        }

        private ServiceLog affected(String uuid, List<ServiceLog> affected) {
            ServiceLog service = services.computeIfAbsent(uuid, ServiceLog::new);
            if (!affected.contains(service)) {
                affected.add(service);
            }
            return service;
        }

        private static boolean hasName(ServiceRecord record, String type, String host) {
            return record.type().equals(type) && record.host().equals(host);
        }

        private static boolean areOfTwo(KeyValue before, KeyValue after) {
            Claim former = parse(before, Claim.parser());
            Claim present = parse(after, Claim.parser());
            return former != null && present != null && !former.getIncarnation().equals(present.getIncarnation());
        }

        /** @param said by the state, if it was written in the same revision; else null */
        private static Reason reason(ServiceRecord before, ServiceRecord after, boolean takenOver, Reason said) {
            if (takenOver) {
                return Reason.TAKEOVER;
            }
            boolean isOnlyOfProcess = before != null && after != null && before.revision() == after.revision()
                    && before.liveness() == after.liveness() && before.reason() == after.reason()
                    && before.since().equals(after.since());
            return isOnlyOfProcess ? Reason.UNKNOWN : said != null ? said : after != null ? after.reason() : Reason.UNKNOWN;
        }

        private static <T> T at(List<Version<T>> versions, long revision) {
            for (int i = versions.size() - 1; i >= 0; i--) {
                if (versions.get(i).revision() <= revision) {
                    return versions.get(i).value();
                }
            }
            return null;
        }
    }

    /** The keys of one service as they are, and what they were. */
    private static final class ServiceLog {

        private final String uuid;
        private final List<Version<ServiceRecord>> records = new ArrayList<>();
        private final List<Version<KeyValue>> histories = new ArrayList<>();
        private final List<Version<KeyValue>> lasts = new ArrayList<>();
        private final List<Long> touched = new ArrayList<>();
        private KeyValue record;
        private boolean up;
        private KeyValue owner;
        private KeyValue state;

        ServiceLog(String uuid) {
            this.uuid = uuid;
        }

        private ServiceRecord decode() {
            Service service = parse(record, Service.parser());
            if (service == null || !service.getUuid().equals(uuid)) {
                return null;
            }
            Status status = status(service.getStatus());
            Liveness liveness = status == Status.DOWN ? Liveness.DOWN : up ? Liveness.UP : Liveness.EXPIRED;
            State said = state != null && state.modRevision() >= record.modRevision() && liveness != Liveness.EXPIRED
                    ? parse(state, State.parser())
                    : null;
            Reason reason = liveness == Liveness.EXPIRED ? Reason.EXPIRED
                    : said == null ? Reason.UNKNOWN : Reason.valueOf(said.getReason().name());
            Optional<Instant> since = Optional.ofNullable(said).map(known -> Instant.ofEpochMilli(known.getSince()));
            Optional<Claim> claim = Optional.ofNullable(parse(owner, Claim.parser()));
            return new ServiceRecord(uuid, service.getType(), service.getHost(),
                    service.getRegion().isEmpty() ? "default" : service.getRegion(), status, maintenance(service),
                    claim.flatMap(CommitLog::endpoint),
                    claim.map(Claim::getMetadataMap).orElse(Collections.emptyMap()), claim.isPresent(), liveness, reason,
                    since, record.modRevision());
        }

        private static Optional<Maintenance> maintenance(Service service) {
            return service.getMaintenanceStart() == 0 && service.getMaintenanceEnd() == 0
                    && service.getMaintenanceNote().isEmpty() ? Optional.empty()
                            : Optional.of(new Maintenance(service.getMaintenanceNote(), second(service.getMaintenanceStart()),
                                    second(service.getMaintenanceEnd())));
        }

        private static Optional<Instant> second(long second) {
            return second == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(second));
        }
    }

    private static Optional<Endpoint> endpoint(Claim claim) {
        return claim.getPort() == 0 ? Optional.empty()
                : Optional.of(new Endpoint(claim.getAddress(), claim.getPort(), claim.getSecure()));
    }

    private static Status status(io.quarkiverse.lively.runtime.store.proto.Status status) {
        return status == io.quarkiverse.lively.runtime.store.proto.Status.UP ? Status.UP : Status.DOWN;
    }
}
