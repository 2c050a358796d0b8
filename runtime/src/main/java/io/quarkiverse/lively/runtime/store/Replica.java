package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.store.RegistryKey.Kind;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * A copy of all keys of the registry, and what their changes mean for services. Used by one thread at a time.
 * <p>
 * It is at a revision, its cursor: it holds everything up to there, and nothing after it. Only a list and applied events move
 * it.
 */
public final class Replica {

    /** A transaction takes 128 operations; fewer are proof enough. */
    private static final int WITNESSES = 64;

    private final KeyLayout layout;
    private final ServiceDecoder decoder;
    private Map<ByteString, KeyValue> entries = new HashMap<>();
    private Map<ByteString, Optional<KeyValue>> lastChanged = Map.of();
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

    /** Starts again from a list. Returns every service and every name that was there before or is now. */
    public RegistryChanges replace(RegistrySnapshot snapshot) {
        Set<RegistryKey> known = new LinkedHashSet<>();
        entries.keySet().forEach(key -> parse(key).ifPresent(known::add));
        entries = new HashMap<>(snapshot.entries().size() * 2);
        lastChanged = Map.of();
        cursor = snapshot.revision();
        for (KeyValue entry : snapshot.entries()) {
            entries.put(entry.key(), entry);
            parse(entry.key()).ifPresent(known::add);
        }
        Set<String> uuids = new LinkedHashSet<>();
        List<NameChange> names = new ArrayList<>();
        for (RegistryKey key : known) {
            if (key.kind() == Kind.TYPE_HOST) {
                names.add(name(key));
            } else {
                uuids.add(key.name());
            }
        }
        return new RegistryChanges(cursor, uuids.stream().map(uuid -> change(uuid, Map.of())).toList(), names);
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
        Map<ByteString, Optional<KeyValue>> keys = new LinkedHashMap<>();
        lastChanged.entrySet().stream().limit(WITNESSES / 2).forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
        // After a list, or when the last change was a deletion, what changed last of what is there.
        Extent extent = extent();
        entries.values().stream().filter(entry -> entry.modRevision() == extent.newest()).limit(WITNESSES / 2)
                .forEach(entry -> keys.put(entry.key(), Optional.of(entry)));
        return new Witness(cursor, keys, extent);
    }

    /**
     * How far this copy goes. If the registry goes as far at a later revision, the copy is what the registry is then.
     */
    public Extent extent() {
        return new Extent(entries.size(), entries.values().stream().mapToLong(KeyValue::modRevision).max().orElse(0));
    }

    private RegistryChanges applyRevision(List<Watch.Event> events) {
        Map<ByteString, Optional<KeyValue>> before = new HashMap<>();
        Map<ByteString, Optional<KeyValue>> after = new LinkedHashMap<>();
        Set<String> uuids = new LinkedHashSet<>();
        List<NameChange> names = new ArrayList<>();
        cursor = events.get(0).entry().modRevision();
        for (Watch.Event event : events) {
            ByteString bytes = event.entry().key();
            // A deletion carries no value, which would read as a service that is UP.
            KeyValue former = event.deleted() ? entries.remove(bytes) : entries.put(bytes, event.entry());
            before.put(bytes, Optional.ofNullable(former));
            after.put(bytes, event.deleted() ? Optional.empty() : Optional.of(event.entry()));
            parse(bytes).ifPresent(key -> {
                if (key.kind() == Kind.TYPE_HOST) {
                    names.add(name(key));
                } else {
                    uuids.add(key.name());
                }
            });
        }
        lastChanged = after;
        return new RegistryChanges(cursor, uuids.stream().map(uuid -> change(uuid, before)).toList(), names);
    }

    private Optional<RegistryKey> parse(ByteString key) {
        Optional<RegistryKey> parsed = layout.parse(key);
        if (parsed.isEmpty() && layout.isService(key)) {
            layout.skipped().skip(key, "its key is no text");
        }
        return parsed;
    }

    private NameChange name(RegistryKey key) {
        int slash = key.name().indexOf('/');
        String type = key.name().substring(0, slash);
        String host = key.name().substring(slash + 1);
        return new NameChange(type, host,
                Optional.ofNullable(entries.get(layout.typeHost(type, host)))
                        .flatMap(entry -> ServiceIdentity.uuidIn(entry.value())));
    }

    /**
     * @param before what the keys that changed in this revision held before
     */
    private ServiceChange change(String uuid, Map<ByteString, Optional<KeyValue>> before) {
        Optional<KeyValue> owner = entry(layout.owner(uuid));
        Optional<KeyValue> state = entry(layout.state(uuid));
        Optional<ServiceRecord> current = entry(layout.service(uuid))
                .flatMap(service -> decoder.decode(service, entries.containsKey(layout.up(uuid)), owner, state));
        Optional<State> said = state.filter(entry -> before.containsKey(entry.key()))
                .flatMap(entry -> Entry.parse(entry.value(), State.parser()));
        Reason reason = isTakenOver(before.get(layout.owner(uuid)), owner) ? Reason.TAKEOVER
                : said.map(ServiceRecords::reason).or(() -> current.map(ServiceRecord::reason)).orElse(Reason.UNKNOWN);
        return new ServiceChange(uuid, current, reason);
    }

    private Optional<KeyValue> entry(ByteString key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** Whether a claim was put over the living one of another incarnation. */
    private static boolean isTakenOver(Optional<KeyValue> former, Optional<KeyValue> present) {
        return former != null && former.isPresent() && present.isPresent()
                && !incarnation(former.get()).equals(incarnation(present.get()));
    }

    private static Optional<String> incarnation(KeyValue owner) {
        return Entry.parse(owner.value(), Claim.parser()).map(Claim::getIncarnation);
    }
}
