package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;

/** A service is written as its caller wants it to be, or not at all. */
class ServiceUpdaterTest {

    @RegisterExtension
    private static final RealStore store = new RealStore();

    private final ServiceWriter writer = new ServiceWriter(store.etcd, store.layout, new SystemPlatform(), "ops@desk");
    private final ServiceUpdater updater = new ServiceUpdater(store.etcd, store.layout, Duration.ofSeconds(60), writer);
    private final ServiceReader reader = new ServiceReader(store.etcd, store.layout, Runnable::run);

    @AfterEach
    void empty() {
        store.empty();
        store.server.leases().all().forEach(store.server.leases()::revoke);
    }

    @Test
    void aNewServiceIsPublishedUnderALeaseOfItsOwn() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").region("east").build()).join();
        assertEquals(store.layout.uuidOf("type", "host"), service.uuid());
        assertEquals(Liveness.UP, service.liveness());
        assertFalse(service.owned());
        assertEquals(service, reader.find("type", "host").join().orElseThrow(), "what is returned is what is stored");
        String uuid = service.uuid();
        assertEquals(List.of("/services/by-region/east/" + uuid, "/services/by-state/" + uuid, "/services/by-status/UP/" + uuid,
                "/services/by-type-host/type/host", "/services/by-uuid/" + uuid, "/services/history/" + uuid),
                store.server.keys("/services"));
        assertEquals(1, leases());
    }

    @Test
    void theSameUpdateAgainRenewsItsLeaseAndWritesNothing() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        long before = store.revision();
        for (int i = 0; i < 3; i++) {
            assertEquals(service, updater.update(service).join());
        }
        assertEquals(before, store.revision());
        assertEquals(1, leases());
    }

    @Test
    void afterItsLeaseRanOutItIsPublishedAnew() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        String lease = store.server.leases().all().get(0);
        store.server.leases().revoke(lease);
        assertEquals(Liveness.EXPIRED, reader.find("u").join().orElseThrow().liveness());
        assertEquals(Liveness.UP, updater.update(service).join().liveness());
        assertTrue(reader.isUp("u").join());
    }

    @Test
    void whoReadBeforeAnotherWroteIsToldWhoAndWhat() {
        ServiceRecord read = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        writer.down("u", Maintenance.of("disk")).join();
        StaleRecordException stale = failure(StaleRecordException.class, read.toBuilder().region("west").build());
        assertEquals("ops@desk", stale.by());
        assertEquals("disk", stale.current().orElseThrow().maintenance().orElseThrow().note());

        store.byOsLively(Service.newBuilder().setUuid("u").setType("type").setHost("host").build());
        assertEquals("unknown", failure(StaleRecordException.class, read).by());
        writer.delete("u").join();
        assertEquals(Optional.empty(), failure(StaleRecordException.class, read).current());
    }

    @Test
    void aServiceThatIsThereIsNotTakenForNew() {
        updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        failure(StaleRecordException.class, ServiceRecord.builder("type", "host").uuid("u").build());
    }

    @Test
    void aServiceMovesWithAllItsEntries() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        ServiceRecord moved = updater.update(service.toBuilder().host("otherhost").region("west").build()).join();
        assertEquals(moved, reader.find("type", "otherhost").join().orElseThrow());
        assertEquals(Optional.empty(), reader.find("type", "host").join());
        assertEquals(List.of("/services/by-region/west/u"), store.server.keys("/services/by-region/"));
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        assertEquals("u", failure(ServiceConflictException.class, ServiceRecord.builder("type", "host").uuid("v").build())
                .holder());
        assertEquals(1, leases(), "no lease is left behind");
    }

    @Test
    void theNameOfADeadServiceIsFree() {
        ServiceRecord dead = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        updater.update(dead.toBuilder().status(Status.DOWN).build()).join();
        writer.up("u").join();
        updater.update(ServiceRecord.builder("type", "host").uuid("v").build()).join();
        assertEquals(List.of("v"), reader.list(ServiceQuery.all()).join().stream().map(ServiceRecord::uuid).toList());
    }

    @Test
    void downMeansDownAndUpMeansUp() {
        ServiceRecord up = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        ServiceRecord down = updater
                .update(up.toBuilder().status(Status.DOWN).maintenance(Maintenance.of("disk")).build()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(List.of("/services/by-status/DOWN/u"), store.server.keys("/services/by-status/"));
        ServiceRecord again = updater.update(down.toBuilder().status(Status.UP).maintenance(null).build()).join();
        assertEquals(Liveness.UP, again.liveness());
    }

    @Test
    void theLeaseOfAnOwnerIsNeverTouched() {
        long lease = own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(owned.toBuilder().status(Status.DOWN).build()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertTrue(down.owned());
        ServiceRecord lifted = updater.update(down.toBuilder().status(Status.UP).build()).join();
        assertEquals(Liveness.DOWN, lifted.liveness(), "its owner publishes it");
        assertEquals(List.of(), store.server.keys("/services/by-status/UP/"));
        assertEquals(List.of(String.format("%016x", lease)), store.server.leases().all());
        ServiceRecord held = updater.update(lifted).join();
        long before = store.revision();
        assertEquals(held, updater.update(held).join());
        assertEquals(before, store.revision());
    }

    @Test
    void aServiceThatItsOwnerIsAboutToRegisterAgainIsRefused() {
        own("u");
        store.delete(store.layout.service("u"));
        assertEquals("u", failure(ServiceConflictException.class, ServiceRecord.builder("type", "host").uuid("u").build())
                .holder());
    }

    @Test
    void theNamesOfAnOwnedServiceAreItsOwners() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals("region",
                failure(InvalidServiceException.class, owned.toBuilder().region("elsewhere").build()).field());
    }

    @Test
    void theEndpointAndTheMetadataOfAnOwnedServiceAreItsOwners() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        long before = store.revision();
        assertEquals("metadata", failure(InvalidServiceException.class,
                owned.toBuilder().metadata(Map.of("zone", "b")).build()).field());
        InvalidServiceException refused = failure(InvalidServiceException.class, owned.toBuilder().metadata(Map.of()).build());
        assertEquals("metadata", refused.field());
        assertEquals("the metadata is published by the process that keeps the service alive, and an update cannot change it."
                + " Read the service again, and leave the metadata as it is", refused.getMessage());
        assertEquals("endpoint", failure(InvalidServiceException.class,
                owned.toBuilder().endpoint(new Endpoint("10.0.0.1", 81, false)).build()).field());
        assertEquals("endpoint", failure(InvalidServiceException.class, owned.toBuilder().endpoint(null).build()).field());
        assertEquals("endpoint", failure(InvalidServiceException.class,
                owned.toBuilder().status(Status.DOWN).endpoint(null).build()).field());
        assertEquals(before, store.revision());
    }

    @Test
    void aCopyOfAnOwnedServiceIsWritten() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals(Map.of("zone", "a"), owned.metadata());
        assertEquals(owned, updater.update(owned).join());
        assertEquals(Liveness.DOWN, updater.update(owned.toBuilder().status(Status.DOWN).build()).join().liveness());
    }

    /** As one that was put together from the parts that can be written. */
    @Test
    void aRecordThatSaysNothingOfEndpointAndMetadataIsWritten() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(ServiceRecord.builder("type", "host").uuid("u").region("region")
                .status(Status.DOWN).revision(owned.revision()).build()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(owned.metadata(), down.metadata());
    }

    @Test
    void aServiceWhoseProcessDiedSinceItWasReadIsWritten() {
        long lease = own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        store.etcd.revokeLease(lease).join();
        assertEquals(Liveness.EXPIRED, reader.liveness("u").join().orElseThrow());
        ServiceRecord down = updater.update(owned.toBuilder().status(Status.DOWN).build()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(Map.of(), down.metadata());
    }

    @Test
    void aServiceWithoutAProcessHasNeitherEndpointNorMetadata() {
        long before = store.revision();
        ServiceRecord.Builder service = ServiceRecord.builder("type", "host").uuid("u");
        InvalidServiceException refused = failure(InvalidServiceException.class,
                service.metadata(Map.of("zone", "a")).build());
        assertEquals("metadata", refused.field());
        assertEquals("the metadata of a service is published only while a process keeps the service alive. Leave it out, or"
                + " register the service", refused.getMessage());
        assertEquals("endpoint", failure(InvalidServiceException.class,
                service.metadata(Map.of()).endpoint(new Endpoint("10.0.0.1", 81, false)).build()).field());
        assertEquals(before, store.revision());
        ServiceRecord written = updater.update(service.endpoint(null).build()).join();
        assertEquals("metadata",
                failure(InvalidServiceException.class, written.toBuilder().metadata(Map.of("zone", "a")).build()).field());
        assertEquals(written, updater.update(written).join());
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeAnythingIs() {
        long before = store.revision();
        for (String bad : List.of("", "a/b", "a\u0000", "x".repeat(65536), "\ud800")) {
            assertEquals("type", refused(ServiceRecord.builder(bad, "host").build()));
            assertEquals("host", refused(ServiceRecord.builder("type", bad).build()));
            assertEquals("region", refused(ServiceRecord.builder("type", "host").region(bad).build()));
        }
        assertEquals("uuid", refused(ServiceRecord.builder("type", "host").uuid("a/b").build()));
        Instant now = Instant.now();
        for (Maintenance bad : List.of(Maintenance.of("").from(now.plusSeconds(2)).until(now.plusSeconds(1)),
                Maintenance.of("").until(now.minusSeconds(1)))) {
            assertEquals("end", failure(InvalidServiceException.class,
                    ServiceRecord.builder("type", "host").maintenance(bad).build()).field());
        }
        assertEquals(before, store.revision());
        assertEquals(0, leases());
    }

    @Test
    void aMaintenanceThatNobodyCouldWantMayStayAsItIs() {
        for (long end : new long[] { 1, -1, 300_000_000_000L }) {
            store.put(store.layout.service("u"), Service.newBuilder().setUuid("u").setType("type").setHost("host")
                    .setMaintenanceStart(2).setMaintenanceEnd(end).build().toByteString());
            ServiceRecord read = reader.find("u").join().orElseThrow();
            ServiceRecord moved = updater.update(read.toBuilder().region("west").build()).join();
            assertEquals(read.maintenance(), moved.maintenance());
            ServiceRecord down = updater.update(moved.toBuilder().status(Status.DOWN).build()).join();
            assertEquals(read.maintenance(), down.maintenance());
            store.empty();
        }
    }

    @Test
    void whoPlannedAMaintenanceIsWhoChangedTheService() {
        own("u");
        ServiceRecord read = reader.find("u").join().orElseThrow();
        writer.down("u", Maintenance.of("planned").from(Instant.now().plusSeconds(3600))).join();
        StaleRecordException stale = failure(StaleRecordException.class, read.toBuilder().status(Status.DOWN).build());
        assertEquals("ops@desk", stale.by());
        assertEquals("owner", look("u").state().value().orElseThrow().getBy(), "UP was said by its owner");
        writer.up("u").join();
        assertEquals("ops@desk", failure(StaleRecordException.class, stale.current().orElseThrow()).by());
    }

    private String refused(ServiceRecord record) {
        return assertThrows(InvalidServiceException.class, () -> updater.update(record)).field();
    }

    private <E extends Exception> E failure(Class<E> type, ServiceRecord record) {
        return type.cast(assertThrows(CompletionException.class, () -> updater.update(record).join()).getCause());
    }

    private static long leases() {
        return store.server.leases().all().size();
    }

    private long own(String uuid) {
        long lease = store.etcd.grantLease(Duration.ofSeconds(60)).join().id();
        OwnerWrites owner = new OwnerWrites(store.layout, new ServiceIdentity(uuid, "type", "host", "region"), false);
        State registered = State.newBuilder().setReasonValue(1).setBy("owner").setSince(1).build();
        assertTrue(store.etcd.commit(owner.register(ServiceKeys.ABSENT, Neighbours.NONE,
                Claim.newBuilder().setIncarnation("owner").setAddress("10.0.0.1").setPort(80).putMetadata("zone", "a").build(),
                lease,
                io.quarkiverse.lively.runtime.store.proto.Status.UP, registered).transaction()).join().succeeded());
        return lease;
    }

    @Test
    void aMaintenanceThatIsToComeSurvivesAMissedHeartBeat() {
        Maintenance planned = Maintenance.of("planned").from(Instant.now().plusSeconds(3600));
        updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        ServiceRecord read = writer.down("u", planned).join();
        store.server.keys().delete("/services/by-status/UP/u");
        updater.update(read).join();
        assertTrue(hold().isPresent());
        updater.update(ServiceRecord.builder("type", "other").uuid("v").maintenance(planned).build()).join();
        assertTrue(look("v").state().value().orElseThrow().hasHold());
    }

    @Test
    void downOfWhatIsDownForAnotherReasonHolds() {
        own("u");
        writer.down("u", Maintenance.of("")).join();
        ServiceRecord lifted = writer.up("u").join();
        assertTrue(hold().isEmpty());
        updater.update(lifted.toBuilder().status(Status.DOWN).build()).join();
        assertTrue(hold().isPresent());
    }

    /** os-lively leaves a window in the record when it says UP. Kept, it must not end the DOWN before it began. */
    @Test
    void downWithAMaintenanceThatIsOverHolds() {
        own("u");
        store.put(store.layout.service("u"), look("u").service().value().orElseThrow().toBuilder().setMaintenanceStart(1)
                .setMaintenanceEnd(2).build().toByteString());
        ServiceRecord read = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(read.toBuilder().status(Status.DOWN).build()).join();
        assertEquals(read.maintenance(), down.maintenance());
        assertTrue(Holds.isHeld(look("u"), Instant.now()));
        long before = store.revision();
        assertEquals(down, updater.update(down).join());
        assertEquals(before, store.revision());
    }

    @Test
    void aMaintenanceThatHasStartedIsNoMaintenanceOfAServiceThatIsUp() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals("maintenance",
                failure(InvalidServiceException.class, owned.toBuilder().maintenance(Maintenance.of("now")).build()).field());
    }

    @Test
    void aChangedUpdateKeepsTheLease() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        for (int i = 0; i < 3; i++) {
            service = updater.update(service.toBuilder().region("region" + i).build()).join();
        }
        assertEquals(1, leases());
    }

    private Optional<Hold> hold() {
        return look("u").state().value().filter(State::hasHold).map(State::getHold);
    }

    private ServiceKeys look(String uuid) {
        OwnerWrites names = new OwnerWrites(store.layout, new ServiceIdentity(uuid, "type", "host", "region"), false);
        return names.seen(store.etcd.commit(names.look()).join());
    }

    @Test
    void whatHappenedToTheServiceIsSaid() {
        ServiceRecord service = updater.update(ServiceRecord.builder("type", "host").uuid("u").build()).join();
        assertTrue(failure(StaleRecordException.class, service.toBuilder().revision(0).build()).getMessage()
                .contains("exists already"));
        writer.delete("u").join();
        assertTrue(failure(StaleRecordException.class, service).getMessage().contains("does not exist any more"));
        assertEquals("revision", refused(service.toBuilder().revision(-1).build()));
    }

    @Test
    void downOfWhatWasStoppedHolds() {
        own("u");
        OwnerWrites owner = new OwnerWrites(store.layout, new ServiceIdentity("u", "type", "host", "region"), false);
        store.etcd.commit(owner.stop(look("u"), State.newBuilder().setReasonValue(4).setBy("owner").build()).transaction())
                .join();
        ServiceRecord stopped = reader.find("u").join().orElseThrow();
        assertTrue(hold().isEmpty());
        updater.update(stopped).join();
        assertTrue(hold().isPresent());
    }
}
