package io.quarkiverse.lively.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.etcd.Transaction.Put;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.LogLines;
import io.quarkiverse.lively.test.NeedsProgram;

/** Whatever somebody writes between the keys of services, those that can be read are listed, shown, told of and written. */
@NeedsProgram("etcd")
@Isolated
class HostileDataTest {

    private static final int MIB = 1 << 20;
    /** A message has 64 MiB. */
    private static final int LARGE = 70;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String EVIL = "x\n2030-01-01 ERROR forged \u001b[31m\u202e";
    private static final List<String> FOLDERS = List.of("by-uuid/", "by-status/UP/", "by-status/DOWN/", "by-type-host/",
            "by-region/", "by-owner/", "by-state/", "history/", "by-status/", "by-", "");

    private final EtcdServer server = EtcdServer.started();
    private final Views views = new Views();
    private final Random random = new Random(1);
    private final LogLines log = new LogLines();
    private final KeyLayout layout = new KeyLayout("");
    private final EtcdConnection etcd = new EtcdConnection(
            new EtcdSettings(List.of(URI.create(server.url())), PATIENCE, PATIENCE, Duration.ofSeconds(2)),
            new SystemPlatform());
    private final RawFleet fleet = new RawFleet(etcd, layout);
    private final ServiceReader reader = new ServiceReader(etcd, layout, Runnable::run);
    private final ServiceWriter writer = new ServiceWriter(etcd, layout, new SystemPlatform(), "operator");
    private final ServiceUpdater updater = new ServiceUpdater(etcd, layout, Duration.ofSeconds(60),
            writer);
    private LocalView watching;
    private List<LivenessEvent> heard;

    /** One service that is in order, and a view that was there before. */
    @BeforeEach
    void begin() {
        publish("good");
        watching = views.view(etcd, layout, new ViewSettings(PATIENCE, Duration.ofMillis(200), Duration.ZERO, 100_000,
                Duration.ofMinutes(15), Duration.ofSeconds(2)));
        watching.awaitReady().await().atMost(PATIENCE);
        heard = Views.record(watching, ServiceQuery.all());
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        views.close();
        etcd.close();
        server.close();
    }

    @Test
    void randomBytesUnderEveryKindOfKey() {
        for (String folder : FOLDERS) {
            for (int i = 0; i < 20; i++) {
                put(folder, bytes(1 + random.nextInt(40)), bytes(random.nextInt(200)));
            }
            put(folder, ByteString.copyFrom(new byte[] { 0 }), bytes(10));
            put(folder, ByteString.copyFrom(new byte[] { (byte) 0xff, '/', (byte) 0xff }), bytes(10));
            put(folder, ByteString.copyFromUtf8("garbage"), ByteString.copyFrom(new byte[] { (byte) 0xff, 1, 2 }));
            put(folder, ByteString.copyFromUtf8(EVIL), ByteString.copyFromUtf8(EVIL));
            put(folder, ByteString.copyFromUtf8("a/".repeat(10_000)), ByteString.EMPTY);
            if (!folder.isEmpty()) {
                put(folder, ByteString.EMPTY, bytes(10));
            }
        }
        assertAllIsWell("good");
        assertEquals(1, log.with("/services/by-uuid/garbage\"").size(), "a record is logged once, whoever reads it");
        assertTrue(layout.skipped().count() > 20, "but counted each time");

        // Nobody registers over it unseen, but it can be deleted.
        assertThrows(CompletionException.class, () -> publish("garbage"));
        assertThrows(CompletionException.class, () -> writer.down("garbage", Maintenance.of("")).join());
        assertTrue(writer.delete("garbage").join().isPresent());
        publish("garbage");
        assertAllIsWell("garbage", "good");
    }

    @Test
    void garbageBesideARecordThatIsInOrder() {
        put("by-owner/", ByteString.copyFromUtf8("good"), bytes(100));
        put("by-state/", ByteString.copyFromUtf8("good"), bytes(100));
        put("history/", ByteString.copyFromUtf8("good"), bytes(100));
        put("by-type-host/", ByteString.copyFromUtf8("type/good"), bytes(100));
        put("by-region/", ByteString.copyFromUtf8("default/good"), bytes(100));
        assertEquals("good", reader.find("type", "good").join().orElseThrow().uuid());
        assertEquals(List.of(), reader.history("good").join());
        assertEquals(1, log.with("by-owner/good").size());
        assertEquals(1, log.with("by-state/good").size());
        writer.down("good", Maintenance.of("disk")).join();
        assertEquals(1, reader.history("good").join().size());
        assertTrue(writer.delete("good").join().isPresent());
        Views.eventually("the view hears of it", () -> watching.find("good").isEmpty());
    }

    @Test
    void recordsThatAreNotWhatTheirKeysSay() {
        Service other = RawFleet.service("another", "type", "good", Status.UP);
        put("by-uuid/", ByteString.copyFromUtf8("one"), other.toByteString());
        put("by-status/UP/", ByteString.copyFromUtf8("one"), ByteString.EMPTY);
        put("by-type-host/", ByteString.copyFromUtf8("type/good"), ByteString.copyFromUtf8("one"));
        put("by-uuid/", ByteString.copyFromUtf8("nameless"), ByteString.EMPTY);
        put("by-uuid/", ByteString.EMPTY, Service.getDefaultInstance().toByteString());
        Service evil = Service.newBuilder().setUuid(EVIL).setType(EVIL).setHost(EVIL).setRegion(EVIL).setMaintenanceNote(EVIL)
                .setMaintenanceStart(-1).setMaintenanceEnd(Long.MIN_VALUE).build();
        put("by-uuid/", ByteString.copyFromUtf8(EVIL), evil.toByteString());
        put("by-owner/", ByteString.copyFromUtf8(EVIL), Claim.newBuilder().setAddress(EVIL).setPort(-1).build().toByteString());
        put("by-state/", ByteString.copyFromUtf8(EVIL),
                State.newBuilder().setBy(EVIL).setReasonValue(77).setSince(Long.MIN_VALUE).build().toByteString());
        assertEquals("good", reader.find("type", "good").join().orElseThrow().uuid());
        assertTrue(reader.find("one").join().isEmpty());
        assertAllIsWell("", "good", EVIL);
        assertEquals(1, log.with("by-uuid/one\" in etcd: its value has another uuid").size());
        assertEquals(1, log.with("by-uuid/nameless\" in etcd: its value has another uuid").size());
    }

    /** Together they do not fit into one message of any kind. */
    @Test
    void largeValues() {
        for (int i = 0; i < LARGE; i++) {
            String uuid = "large" + i;
            Service service = RawFleet.service(uuid, "type", uuid, Status.UP).toBuilder().setMaintenanceNote("n".repeat(MIB))
                    .build();
            put("by-uuid/", ByteString.copyFromUtf8(uuid), service.toByteString());
            put("by-state/", ByteString.copyFromUtf8(uuid), bytes(MIB));
        }
        put("by-type-host/", ByteString.copyFromUtf8("type/large1"), bytes(MIB));
        String[] all = IntStream.range(-1, LARGE).mapToObj(i -> i < 0 ? "good" : "large" + i).sorted().toArray(String[]::new);
        assertAllIsWell(all);
        assertEquals(LARGE + 1, reader.list(ServiceQuery.ofUuids(all)).join().size());
        assertEquals("large1", reader.find("type", "large1").join().orElseThrow().uuid());
        assertEquals("", writer.down("large1", Maintenance.of("")).join().maintenance().map(Maintenance::note).orElse(""));
    }

    private void publish(String name) {
        updater.update(ServiceDefinition.of("type", name).withUuid(name), 0).join();
    }

    private void put(String folder, ByteString name, ByteString value) {
        fleet.write(new Put(ByteString.copyFromUtf8("/services/" + folder).concat(name), value, 0));
    }

    private ByteString bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** A list, the view that was there before and a new one agree; a write is told of; nothing forged the log. */
    private void assertAllIsWell(String... uuids) {
        List<ServiceRecord> listed = reader.list(ServiceQuery.all()).join();
        assertEquals(List.of(uuids), listed.stream().map(ServiceRecord::uuid).toList());
        LocalView late = views.view(etcd, layout, new ViewSettings(PATIENCE, Duration.ofMillis(200), Duration.ZERO, 100_000,
                Duration.ofMinutes(15), Duration.ofSeconds(2)));
        late.awaitReady().await().atMost(PATIENCE);
        long revision = writer.down("good", Maintenance.of("disk")).join().revision();
        for (LocalView view : List.of(watching, late)) {
            view.awaitRevision(revision).await().atMost(PATIENCE);
            Views.awaitState(view, Freshness.State.CURRENT);
            assertEquals(reader.list(ServiceQuery.all()).join(), view.list(ServiceQuery.all()));
        }
        Views.eventually("the events tell of all",
                () -> Views.replay(heard).keySet().equals(new HashSet<>(List.of(uuids))));
        assertEquals(reader.find("good").join().orElseThrow(), Views.replay(heard).get("good"));
        assertTrue(log.messages().stream().allMatch(line -> line.codePoints().noneMatch(
                c -> Character.isISOControl(c) || c == 0x202e) && line.length() < 8192), log.messages().toString());
    }
}
