package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.store.RegistryKey.Kind;

/**
 * A copy of what the registry says of services, and what changes of its keys mean for them. Used by one thread at a time.
 * <p>
 * It is at a revision, its cursor: it holds everything up to there, and nothing after it. Only a list and applied events move
 * it.
 */
public final class Replica {

    /** A transaction takes 128 operations; fewer are proof enough. */
    private static final int WITNESSES = 64;
    /** Services may come and go with a type of their own each. */
    private static final int MOST_NAMES = 10_000;

    private final KeyLayout layout;
    private final ServiceDecoder decoder;
    /** What has nothing at all is left out. */
    private PersistentMap<String, ServiceCopy> services = PersistentMap.empty(ServiceCopy::uuid);
    /** The names that many services share, each once. */
    private final Map<String, String> names = new HashMap<>();
    private RecentKeys recent = new RecentKeys();
    private Map<ByteString, Optional<KeyValue>> lastChanged = Map.of();
    private long keys;
    private long cursor;

    public Replica(KeyLayout layout) {
        this(layout, new ServiceDecoder(layout));
    }

    private Replica(KeyLayout layout, ServiceDecoder decoder) {
        this.layout = layout;
        this.decoder = decoder;
    }

    /** An empty one, to compare this one with. What was logged of bad records is not logged again. */
    public Replica another() {
        return new Replica(layout, decoder);
    }

    public long cursor() {
        return cursor;
    }

    /** Starts again from a list. Returns every service that was there before or is now, and every name that is now. */
    public RegistryChanges replace(RegistrySnapshot snapshot) {
        PersistentMap<String, ServiceCopy> former = services;
        recent = new RecentKeys();
        lastChanged = Map.of();
        cursor = snapshot.revision();
        keys = snapshot.entries().size();
        Map<String, Map<Kind, Optional<KeyValue>>> present = new HashMap<>();
        List<NameChange> named = new ArrayList<>();
        for (KeyValue entry : snapshot.entries()) {
            recent.put(entry);
            parse(entry.key()).ifPresent(key -> sort(key, Optional.of(entry), present, named));
        }
        List<ServiceChange> changes = new ArrayList<>();
        former.forEach(copy -> {
            if (!present.containsKey(copy.uuid())) {
                changes.add(new ServiceChange(copy.uuid(), Optional.empty(), Reason.UNKNOWN));
            }
        });
        List<ServiceCopy> copies = new ArrayList<>(present.size());
        present.forEach((uuid, held) -> {
            ServiceCopy copy = kept(ServiceCopy.nothing(uuid).with(held, decoder), former.get(uuid));
            if (!copy.isNothing()) {
                copies.add(copy);
            }
            Optional<ServiceRecord> current = Optional.ofNullable(copy.record());
            changes.add(new ServiceChange(uuid, current, current.map(ServiceRecord::reason).orElse(Reason.UNKNOWN)));
        });
        services = PersistentMap.of(ServiceCopy::uuid, copies);
        return new RegistryChanges(cursor, changes, named);
    }

    /** Applies what is after the cursor. Returns what changed, revision by revision. */
    public List<RegistryChanges> apply(List<Watch.Event> events) {
        List<RegistryChanges> changes = new ArrayList<>();
        List<Watch.Event> sameRevision = new ArrayList<>();
        for (Watch.Event event : events) {
            long revision = event.entry().modRevision();
            if (revision <= cursor) {
                continue;
            }
            if (!sameRevision.isEmpty() && sameRevision.get(0).entry().modRevision() != revision) {
                changes.add(applyRevision(sameRevision));
                sameRevision.clear();
            }
            sameRevision.add(event);
        }
        if (!sameRevision.isEmpty()) {
            changes.add(applyRevision(sameRevision));
        }
        return changes;
    }

    /** What to ask etcd to find out whether it still has the history that this is a copy of. */
    public Witness witness() {
        Map<ByteString, Optional<KeyValue>> witnesses = new LinkedHashMap<>();
        lastChanged.entrySet().stream().limit(WITNESSES / 2).forEach(entry -> witnesses.put(entry.getKey(), entry.getValue()));
        // After a list, or when the last change was a deletion, what changed last of what is there.
        recent.newest().values().stream().limit(WITNESSES / 2)
                .forEach(entry -> witnesses.put(entry.key(), Optional.of(entry)));
        return new Witness(cursor, witnesses, extent());
    }

    /** How far this copy goes. */
    public Extent extent() {
        return new Extent(keys, keys == 0 ? 0 : recent.newestRevision().orElse(Extent.UNKNOWN));
    }

    /**
     * Whether this copy is what the registry was when it went so far, at the cursor or later: then nothing in it has changed
     * since, and nothing is gone.
     */
    public boolean goesAsFarAs(Extent later) {
        return later.newest() <= cursor && later.keys() == keys;
    }

    private RegistryChanges applyRevision(List<Watch.Event> events) {
        Map<ByteString, Optional<KeyValue>> after = new LinkedHashMap<>();
        Map<String, Map<Kind, Optional<KeyValue>>> changed = new LinkedHashMap<>();
        List<NameChange> named = new ArrayList<>();
        cursor = events.get(0).entry().modRevision();
        for (Watch.Event event : events) {
            ByteString bytes = event.entry().key();
            // A deletion carries no value, which would read as a service that is UP.
            Optional<KeyValue> entry = event.deleted() ? Optional.empty() : Optional.of(event.entry());
            after.put(bytes, entry);
            keys += event.deleted() ? -1 : event.created() ? 1 : 0;
            recent.remove(bytes);
            entry.ifPresent(recent::put);
            parse(bytes).ifPresent(key -> sort(key, entry, changed, named));
        }
        lastChanged = after;
        return new RegistryChanges(cursor,
                changed.entrySet().stream().map(service -> change(service.getKey(), service.getValue())).toList(), named);
    }

    private ServiceChange change(String uuid, Map<Kind, Optional<KeyValue>> changed) {
        ServiceCopy known = services.get(uuid);
        ServiceCopy before = known == null ? ServiceCopy.nothing(uuid) : known;
        ServiceCopy after = kept(before.with(changed, decoder), known);
        services = after.isNothing() ? services.without(uuid) : services.with(after);
        Optional<ServiceRecord> current = Optional.ofNullable(after.record());
        Optional<Reason> said = changed.getOrDefault(Kind.STATE, Optional.empty()).flatMap(decoder::state)
                .map(ServiceRecords::reason);
        // A claim was put over the living one of another incarnation.
        boolean isTakenOver = before.isClaimed() && after.isClaimed() && before.incarnation() != after.incarnation();
        // Its state may be of an earlier takeover: the same process now says something else of itself.
        return new ServiceChange(uuid, current, isTakenOver ? Reason.TAKEOVER
                : said.or(() -> current.map(ServiceRecord::reason).filter(reason -> reason != Reason.TAKEOVER))
                        .orElse(Reason.UNKNOWN));
    }

    private Optional<RegistryKey> parse(ByteString key) {
        Optional<RegistryKey> parsed = layout.parse(key);
        if (parsed.isEmpty() && layout.isService(key)) {
            layout.skipped().skip(key, "its key is no text");
        }
        return parsed;
    }

    /** Whoever has an equal record keeps that one, which readers share; known may be null. */
    private ServiceCopy kept(ServiceCopy copy, ServiceCopy known) {
        boolean isSame = known != null && copy.record() != null && copy.record().equals(known.record());
        return isSame ? copy.with(known.record()) : shared(copy);
    }

    /** With the names that many services have, each kept only once. */
    private ServiceCopy shared(ServiceCopy copy) {
        ServiceRecord record = copy.record();
        return record == null ? copy
                : copy.with(new ServiceRecord(record.uuid(), shared(record.type()), record.host(), shared(record.region()),
                        record.status(), record.maintenance(), record.endpoint(), record.metadata(), record.owned(),
                        record.liveness(), record.reason(), record.since(), record.revision()));
    }

    private String shared(String name) {
        if (names.size() >= MOST_NAMES) {
            names.clear();
        }
        return names.computeIfAbsent(name, same -> same);
    }

    private static void sort(RegistryKey key, Optional<KeyValue> entry, Map<String, Map<Kind, Optional<KeyValue>>> services,
            List<NameChange> names) {
        if (key.kind() == Kind.TYPE_HOST) {
            int slash = key.name().indexOf('/');
            names.add(new NameChange(key.name().substring(0, slash), key.name().substring(slash + 1),
                    entry.flatMap(found -> ServiceIdentity.uuidIn(found.value()))));
        } else {
            services.computeIfAbsent(key.name(), uuid -> new EnumMap<>(Kind.class)).put(key.kind(), entry);
        }
    }
}
