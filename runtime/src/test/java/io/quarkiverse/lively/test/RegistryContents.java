package io.quarkiverse.lively.test;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;

/** All keys of a registry at one revision, and what must be true of them at every one. */
public final class RegistryContents {

    private static final String BASE = "/services/";

    private final long revision;
    private final Map<String, KeyValue> keys = new TreeMap<>();
    private final Map<String, Service> records = new TreeMap<>();

    private RegistryContents(Range.Page page) {
        revision = page.revision();
        for (KeyValue entry : page.entries()) {
            keys.put(entry.key().toStringUtf8().substring(BASE.length()), entry);
        }
        for (String uuid : in("by-uuid/")) {
            records.put(uuid, parse(keys.get("by-uuid/" + uuid), Service.parser()));
        }
    }

    public static RegistryContents read(Etcd etcd) {
        return new RegistryContents(etcd.read(new Range(ByteString.copyFromUtf8(BASE),
                ByteString.copyFromUtf8("/services0"), 0, 10_000, false)).join());
    }

    /** The indexes lead to the records and to nothing else, and only what is declared UP can be UP. */
    public void assertConsistent() {
        Set<String> names = new TreeSet<>();
        Set<String> regions = new TreeSet<>();
        records.forEach((uuid, record) -> {
            names.add(record.getType() + "/" + record.getHost() + "=" + uuid);
            regions.add(record.getRegion() + "/" + uuid);
        });
        assertSame("names", names, in("by-type-host/").stream().map(
                name -> name + "=" + keys.get("by-type-host/" + name).value().toStringUtf8()).collect(Collectors.toSet()));
        assertSame("regions", regions, in("by-region/"));
        assertSame("entries under DOWN", withStatus(Status.DOWN), in("by-status/DOWN/"));
        assertSame("states", records.keySet(), in("by-state/"));
        assertNoneBut("entries under UP", withStatus(Status.UP), in("by-status/UP/"));
        assertNoneBut("claims", records.keySet(), in("by-owner/"));
        assertNoneBut("histories", records.keySet(), in("history/"));
    }

    public boolean isUp(String uuid) {
        return withStatus(Status.UP).contains(uuid) && keys.containsKey("by-status/UP/" + uuid);
    }

    public Optional<Claim> claimOf(String uuid) {
        return Optional.ofNullable(keys.get("by-owner/" + uuid)).map(entry -> parse(entry, Claim.parser()));
    }

    public List<Claim> claims() {
        return in("by-owner/").stream().map(uuid -> claimOf(uuid).orElseThrow()).toList();
    }

    /** What is there of a service, for a message. */
    public String of(String uuid) {
        return records.get(uuid) + message() + keys.keySet().stream().filter(key -> key.endsWith("/" + uuid)).toList();
    }

    private String message() {
        return " at revision " + revision + " ";
    }

    private Set<String> withStatus(Status status) {
        return records.values().stream().filter(record -> record.getStatus() == status).map(Service::getUuid)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void assertSame(String what, Set<String> expected, Set<String> there) {
        assertNoneBut(what, expected, there);
        assertEquals(Set.of(), without(expected, there), what + " are missing" + message());
    }

    private void assertNoneBut(String what, Set<String> allowed, Set<String> there) {
        assertEquals(Set.of(), without(there, allowed), what + " without a record like that" + message());
    }

    private static Set<String> without(Set<String> some, Set<String> others) {
        Set<String> left = new TreeSet<>(some);
        left.removeAll(others);
        return left;
    }

    private Set<String> in(String folder) {
        return keys.keySet().stream().filter(key -> key.startsWith(folder)).map(key -> key.substring(folder.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static <T> T parse(KeyValue entry, Parser<T> parser) {
        try {
            return parser.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
