package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.worker.StoppedClock;

/**
 * The record, byte for byte as the protobuf runtime of Python wrote it from the message of os-lively.
 */
class OsLivelyBytesTest {

    private static final String CONDUCTOR = "0a203362303539653333626263343462633862306433376466366538643730323233"
            + "120e6e6f76612d636f6e647563746f721a096f74686572686f7374520775732d77657374";
    /** DOWN, with every field. */
    private static final String COMPUTE = "0a206465353431633239656335343439653961623963656139643933386533393563"
            + "120c6e6f76612d636f6d707574651a096c6f63616c686f73742001520775732d65617374"
            + "a00180b1ef8607a80190cdef8607b201144661696c6564206469736b202f6465762f736461";
    /** An end that is the highest number there is, and a note beyond ASCII. */
    private static final String FAR = "0a01751201741a01682001a801ffffffffffffffffff01"
            + "b20113506c617474656e6665686c657220c3a4e282ac";
    /** Field 30 is "later", field 31 is 7. */
    private static final String LATER_FIELDS = "f201056c61746572f80107";

    private static final Instant NOW = Instant.parse("2029-12-31T00:00:00Z");

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final ServiceWriter writer = new ServiceWriter(store.etcd, store.layout, new StoppedClock(NOW), "ops@desk");
    private final ServiceUpdater updater = new ServiceUpdater(store.etcd, store.layout, Duration.ofSeconds(60), writer);
    private final ServiceReader reader = new ServiceReader(store.etcd, store.layout, Runnable::run);

    @Test
    void aFullRecordIsReadAndWrittenAsItIs() throws InvalidProtocolBufferException {
        Service compute = Service.newBuilder().setUuid("de541c29ec5449e9ab9cea9d938e395c").setType("nova-compute")
                .setHost("localhost").setStatus(Status.DOWN).setRegion("us-east")
                .setMaintenanceStart(Instant.parse("2030-01-01T00:00:00Z").getEpochSecond())
                .setMaintenanceEnd(Instant.parse("2030-01-01T01:00:00Z").getEpochSecond())
                .setMaintenanceNote("Failed disk /dev/sda").build();
        assertEquals(compute, Service.parseFrom(bytes(COMPUTE)));
        assertEquals(COMPUTE, hex(compute.toByteString()));
        assertEquals(FAR, hex(Service.parseFrom(bytes(FAR)).toByteString()));
        assertEquals(-1, Service.parseFrom(bytes(FAR)).getMaintenanceEnd(), "unsigned, the highest");
    }

    @Test
    void upIsZeroAndNotWritten() throws InvalidProtocolBufferException {
        Service conductor = Service.newBuilder().setUuid("3b059e33bbc44bc8b0d37df6e8d70223").setType("nova-conductor")
                .setHost("otherhost").setStatus(Status.UP).setRegion("us-west").build();
        assertEquals(conductor, Service.parseFrom(bytes(CONDUCTOR)));
        assertEquals(CONDUCTOR, hex(conductor.toByteString()));
    }

    @Test
    void anEmptyRecordIsNoBytes() throws InvalidProtocolBufferException {
        assertEquals(Service.getDefaultInstance(), Service.parseFrom(ByteString.EMPTY));
        assertEquals("", hex(Service.getDefaultInstance().toByteString()));
    }

    @Test
    void whatIsWrittenHereIsWhatOsLivelyWouldHaveWritten() {
        updater.update(ServiceDefinition.of("nova-conductor", "otherhost").withUuid("3b059e33bbc44bc8b0d37df6e8d70223")
                .withRegion("us-west"), 0).join();
        assertEquals(CONDUCTOR, hex(stored("3b059e33bbc44bc8b0d37df6e8d70223")));
        updater.update(ServiceDefinition.of("nova-compute", "localhost").withUuid("de541c29ec5449e9ab9cea9d938e395c")
                .withRegion("us-east").withStatus(io.quarkiverse.lively.Status.DOWN)
                .withMaintenance(Maintenance.of("Failed disk /dev/sda").from(Instant.parse("2030-01-01T00:00:00Z"))
                        .until(Instant.parse("2030-01-01T01:00:00Z"))),
                0).join();
        assertEquals(COMPUTE, hex(stored("de541c29ec5449e9ab9cea9d938e395c")));
    }

    @Test
    void fieldsOfALaterMessageAreReadOver() {
        put(CONDUCTOR + LATER_FIELDS);
        assertEquals(Liveness.UP, conductor().liveness());
    }

    /** What others say of a service changes what they say, and nothing else of its record. */
    @Test
    void fieldsOfALaterMessageSurviveDownAndUp() {
        put(CONDUCTOR + LATER_FIELDS);
        writer.down(conductor().uuid(), Maintenance.of("")).join();
        assertEquals(CONDUCTOR.replace("520775732d77657374", "2001520775732d77657374") + LATER_FIELDS,
                hex(stored(conductor().uuid())));
        writer.up(conductor().uuid()).join();
        assertEquals(CONDUCTOR.replace("520775732d77657374", "2001520775732d77657374") + LATER_FIELDS,
                hex(stored(conductor().uuid())));
    }

    @Test
    void fieldsOfALaterMessageSurviveAnUpdate() {
        put(CONDUCTOR + LATER_FIELDS);
        updater.update(conductor().toDefinition().withMaintenance(Maintenance.of("x")), conductor().revision()).join();
        assertEquals(CONDUCTOR + "b2010178" + LATER_FIELDS, hex(stored(conductor().uuid())));
    }

    /** Its bytes are the business of who wrote them: for os-lively the regions "" and "default" are two. */
    @Test
    void anEmptyRegionStaysEmptyWhenTheRecordIsUpdated() {
        put(CONDUCTOR.replace("520775732d77657374", ""));
        assertEquals("default", conductor().region());
        updater.update(conductor().toDefinition().withMaintenance(Maintenance.of("x")), conductor().revision()).join();
        assertEquals(CONDUCTOR.replace("520775732d77657374", "") + "b2010178", hex(stored(conductor().uuid())));
    }

    private ServiceRecord conductor() {
        return reader.find("3b059e33bbc44bc8b0d37df6e8d70223").join().orElseThrow();
    }

    private static void put(String record) {
        store.put(store.layout.service("3b059e33bbc44bc8b0d37df6e8d70223"), bytes(record));
        store.put(store.layout.up("3b059e33bbc44bc8b0d37df6e8d70223"), ByteString.EMPTY);
    }

    private static ByteString stored(String uuid) {
        ServiceIdentity id = new ServiceIdentity(uuid, "", "", "");
        OwnerWrites keys = new OwnerWrites(store.layout, id, false);
        return keys.seen(store.etcd.commit(keys.look()).join()).service().bytes();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
