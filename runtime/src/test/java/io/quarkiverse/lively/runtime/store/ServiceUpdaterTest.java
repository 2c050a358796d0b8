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
import io.quarkiverse.lively.ServiceDefinition;
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
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withRegion("east"), 0).join();
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
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        long before = store.revision();
        for (int i = 0; i < 3; i++) {
            assertEquals(service, updater.update(service.toDefinition(), service.revision()).join());
        }
        assertEquals(before, store.revision());
        assertEquals(1, leases());
    }

    @Test
    void afterItsLeaseRanOutItIsPublishedAnew() {
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        String lease = store.server.leases().all().get(0);
        store.server.leases().revoke(lease);
        assertEquals(Liveness.EXPIRED, reader.find("u").join().orElseThrow().liveness());
        assertEquals(Liveness.UP, updater.update(service.toDefinition(), service.revision()).join().liveness());
        assertTrue(reader.isUp("u").join());
    }

    @Test
    void whoReadBeforeAnotherWroteIsToldWhoAndWhat() {
        ServiceRecord read = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        writer.down("u", Maintenance.of("disk")).join();
        StaleRecordException stale = failure(StaleRecordException.class, read.toDefinition().withRegion("west"),
                read.revision());
        assertEquals("ops@desk", stale.by());
        assertEquals("disk", stale.current().orElseThrow().maintenance().orElseThrow().note());

        store.byOsLively(Service.newBuilder().setUuid("u").setType("type").setHost("host").build());
        assertEquals("unknown", failure(StaleRecordException.class, read).by());
        writer.delete("u").join();
        assertEquals(Optional.empty(), failure(StaleRecordException.class, read).current());
    }

    @Test
    void aServiceThatIsThereIsNotTakenForNew() {
        updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        failure(StaleRecordException.class, ServiceDefinition.of("type", "host").withUuid("u"));
    }

    @Test
    void aServiceMovesWithAllItsEntries() {
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        ServiceRecord moved = updater
                .update(service.toDefinition().withHost("otherhost").withRegion("west"), service.revision()).join();
        assertEquals(moved, reader.find("type", "otherhost").join().orElseThrow());
        assertEquals(Optional.empty(), reader.find("type", "host").join());
        assertEquals(List.of("/services/by-region/west/u"), store.server.keys("/services/by-region/"));
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        assertEquals("u", failure(ServiceConflictException.class, ServiceDefinition.of("type", "host").withUuid("v"))
                .holder());
        assertEquals(1, leases(), "no lease is left behind");
    }

    @Test
    void theNameOfADeadServiceIsFree() {
        ServiceRecord dead = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        updater.update(dead.toDefinition().withStatus(Status.DOWN), dead.revision()).join();
        writer.up("u").join();
        updater.update(ServiceDefinition.of("type", "host").withUuid("v"), 0).join();
        assertEquals(List.of("v"), reader.list(ServiceQuery.all()).join().stream().map(ServiceRecord::uuid).toList());
    }

    @Test
    void downMeansDownAndUpMeansUp() {
        ServiceRecord up = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        ServiceRecord down = updater
                .update(up.toDefinition().withStatus(Status.DOWN).withMaintenance(Maintenance.of("disk")), up.revision())
                .join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(List.of("/services/by-status/DOWN/u"), store.server.keys("/services/by-status/"));
        ServiceRecord again = updater.update(down.toDefinition().withStatus(Status.UP).withoutMaintenance(), down.revision())
                .join();
        assertEquals(Liveness.UP, again.liveness());
    }

    @Test
    void theLeaseOfAnOwnerIsNeverTouched() {
        long lease = own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(owned.toDefinition().withStatus(Status.DOWN), owned.revision()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertTrue(down.owned());
        ServiceRecord lifted = updater.update(down.toDefinition().withStatus(Status.UP), down.revision()).join();
        assertEquals(Liveness.DOWN, lifted.liveness(), "its owner publishes it");
        assertEquals(List.of(), store.server.keys("/services/by-status/UP/"));
        assertEquals(List.of(String.format("%016x", lease)), store.server.leases().all());
        ServiceRecord held = updater.update(lifted.toDefinition(), lifted.revision()).join();
        long before = store.revision();
        assertEquals(held, updater.update(held.toDefinition(), held.revision()).join());
        assertEquals(before, store.revision());
    }

    @Test
    void aServiceThatItsOwnerIsAboutToRegisterAgainIsRefused() {
        own("u");
        store.delete(store.layout.service("u"));
        assertEquals("u", failure(ServiceConflictException.class, ServiceDefinition.of("type", "host").withUuid("u"))
                .holder());
    }

    @Test
    void theNamesOfAnOwnedServiceAreItsOwners() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals("region",
                failure(InvalidServiceException.class, owned.toDefinition().withRegion("elsewhere"), owned.revision()).field());
    }

    @Test
    void theEndpointAndTheMetadataOfAnOwnedServiceAreItsOwners() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        long before = store.revision();
        assertEquals("metadata",
                failure(InvalidServiceException.class, owned.toDefinition().withMetadata(Map.of("zone", "b")), owned.revision())
                        .field());
        InvalidServiceException refused = failure(InvalidServiceException.class,
                owned.toDefinition().withMetadata(Map.of("zone", "a", "more", "x")), owned.revision());
        assertEquals("metadata", refused.field());
        assertEquals("the metadata is published by the process that keeps the service alive, and an update cannot change it."
                + " Read the service again, and leave the metadata as it is", refused.getMessage());
        assertEquals("endpoint", failure(InvalidServiceException.class,
                owned.toDefinition().withEndpoint(new Endpoint("10.0.0.1", 81, false)), owned.revision()).field());
        assertEquals(before, store.revision());
    }

    @Test
    void aCopyOfAnOwnedServiceIsWritten() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals(Map.of("zone", "a"), owned.metadata());
        assertEquals(owned, updater.update(owned.toDefinition(), owned.revision()).join());
        assertEquals(Liveness.DOWN,
                updater.update(owned.toDefinition().withStatus(Status.DOWN), owned.revision()).join().liveness());
    }

    /** As one that was put together from the parts that can be written. */
    @Test
    void aRecordThatSaysNothingOfEndpointAndMetadataIsWritten() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(ServiceDefinition.of("type", "host").withUuid("u").withRegion("region")
                .withStatus(Status.DOWN), owned.revision()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(owned.metadata(), down.metadata());
    }

    @Test
    void aServiceWhoseProcessDiedSinceItWasReadIsWritten() {
        long lease = own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        store.etcd.revokeLease(lease).join();
        assertEquals(Liveness.EXPIRED, reader.liveness("u").join().orElseThrow());
        ServiceDefinition wanted = owned.toDefinition().withoutEndpoint().withMetadata(Map.of()).withStatus(Status.DOWN);
        ServiceRecord down = updater.update(wanted, owned.revision()).join();
        assertEquals(Liveness.DOWN, down.liveness());
        assertEquals(Map.of(), down.metadata());
    }

    @Test
    void aServiceWithoutAProcessHasNeitherEndpointNorMetadata() {
        long before = store.revision();
        ServiceDefinition service = ServiceDefinition.of("type", "host").withUuid("u");
        InvalidServiceException refused = failure(InvalidServiceException.class,
                service.withMetadata(Map.of("zone", "a")));
        assertEquals("metadata", refused.field());
        assertEquals("the metadata of a service is published only while a process keeps the service alive. Leave it out, or"
                + " register the service. If its process has ended since it was read, read the service again",
                refused.getMessage());
        assertEquals("endpoint", failure(InvalidServiceException.class,
                service.withEndpoint(new Endpoint("10.0.0.1", 81, false))).field());
        assertEquals(before, store.revision());
        ServiceRecord written = updater.update(service, 0).join();
        assertEquals("metadata",
                failure(InvalidServiceException.class, written.toDefinition().withMetadata(Map.of("zone", "a")),
                        written.revision()).field());
        assertEquals(written, updater.update(written.toDefinition(), written.revision()).join());
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeAnythingIs() {
        long before = store.revision();
        for (String bad : List.of("", "a/b", "a\u0000", "x".repeat(65536), "\ud800")) {
            assertEquals("type", refused(ServiceDefinition.of(bad, "host")));
            assertEquals("host", refused(ServiceDefinition.of("type", bad)));
            assertEquals("region", refused(ServiceDefinition.of("type", "host").withRegion(bad)));
        }
        assertEquals("uuid", refused(ServiceDefinition.of("type", "host").withUuid("a/b")));
        Instant now = Instant.now();
        for (Maintenance bad : List.of(Maintenance.of("").from(now.plusSeconds(2)).until(now.plusSeconds(1)),
                Maintenance.of("").until(now.minusSeconds(1)))) {
            assertEquals("end", failure(InvalidServiceException.class,
                    ServiceDefinition.of("type", "host").withMaintenance(bad)).field());
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
            ServiceRecord moved = updater.update(read.toDefinition().withRegion("west"), read.revision()).join();
            assertEquals(read.maintenance(), moved.maintenance());
            ServiceRecord down = updater.update(moved.toDefinition().withStatus(Status.DOWN), moved.revision()).join();
            assertEquals(read.maintenance(), down.maintenance());
            store.empty();
        }
    }

    @Test
    void whoPlannedAMaintenanceIsWhoChangedTheService() {
        own("u");
        ServiceRecord read = reader.find("u").join().orElseThrow();
        writer.down("u", Maintenance.of("planned").from(Instant.now().plusSeconds(3600))).join();
        StaleRecordException stale = failure(StaleRecordException.class, read.toDefinition().withStatus(Status.DOWN),
                read.revision());
        assertEquals("ops@desk", stale.by());
        assertEquals("owner", look("u").state().value().orElseThrow().getBy(), "UP was said by its owner");
        writer.up("u").join();
        assertEquals("ops@desk", failure(StaleRecordException.class, stale.current().orElseThrow()).by());
    }

    private String refused(ServiceDefinition service) {
        return assertThrows(InvalidServiceException.class, () -> updater.update(service, 0)).field();
    }

    private <E extends Exception> E failure(Class<E> type, ServiceRecord record) {
        return failure(type, record.toDefinition(), record.revision());
    }

    private <E extends Exception> E failure(Class<E> type, ServiceDefinition service) {
        return failure(type, service, 0);
    }

    private <E extends Exception> E failure(Class<E> type, ServiceDefinition service, long expectedRevision) {
        return type.cast(assertThrows(CompletionException.class, () -> updater.update(service, expectedRevision).join())
                .getCause());
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
        updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        ServiceRecord read = writer.down("u", planned).join();
        store.server.keys().delete("/services/by-status/UP/u");
        updater.update(read.toDefinition(), read.revision()).join();
        assertTrue(hold().isPresent());
        updater.update(ServiceDefinition.of("type", "other").withUuid("v").withMaintenance(planned), 0).join();
        assertTrue(look("v").state().value().orElseThrow().hasHold());
    }

    @Test
    void downOfWhatIsDownForAnotherReasonHolds() {
        own("u");
        writer.down("u", Maintenance.of("")).join();
        ServiceRecord lifted = writer.up("u").join();
        assertTrue(hold().isEmpty());
        updater.update(lifted.toDefinition().withStatus(Status.DOWN), lifted.revision()).join();
        assertTrue(hold().isPresent());
    }

    /** os-lively leaves a window in the record when it says UP. Kept, it must not end the DOWN before it began. */
    @Test
    void downWithAMaintenanceThatIsOverHolds() {
        own("u");
        store.put(store.layout.service("u"), look("u").service().value().orElseThrow().toBuilder().setMaintenanceStart(1)
                .setMaintenanceEnd(2).build().toByteString());
        ServiceRecord read = reader.find("u").join().orElseThrow();
        ServiceRecord down = updater.update(read.toDefinition().withStatus(Status.DOWN), read.revision()).join();
        assertEquals(read.maintenance(), down.maintenance());
        assertTrue(Holds.isHeld(look("u"), Instant.now()));
        long before = store.revision();
        assertEquals(down, updater.update(down.toDefinition(), down.revision()).join());
        assertEquals(before, store.revision());
    }

    @Test
    void aMaintenanceThatHasStartedIsNoMaintenanceOfAServiceThatIsUp() {
        own("u");
        ServiceRecord owned = reader.find("u").join().orElseThrow();
        assertEquals("maintenance",
                failure(InvalidServiceException.class, owned.toDefinition().withMaintenance(Maintenance.of("now")),
                        owned.revision()).field());
    }

    @Test
    void aChangedUpdateKeepsTheLease() {
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        for (int i = 0; i < 3; i++) {
            service = updater.update(service.toDefinition().withRegion("region" + i), service.revision()).join();
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
        ServiceRecord service = updater.update(ServiceDefinition.of("type", "host").withUuid("u"), 0).join();
        assertTrue(failure(StaleRecordException.class, service.toDefinition()).getMessage()
                .contains("exists already"));
        writer.delete("u").join();
        assertTrue(failure(StaleRecordException.class, service).getMessage().contains("does not exist any more"));
        assertEquals("expectedRevision", assertThrows(InvalidServiceException.class,
                () -> updater.update(service.toDefinition(), -1)).field());
    }

    @Test
    void downOfWhatWasStoppedHolds() {
        own("u");
        OwnerWrites owner = new OwnerWrites(store.layout, new ServiceIdentity("u", "type", "host", "region"), false);
        store.etcd.commit(owner.stop(look("u"), State.newBuilder().setReasonValue(4).setBy("owner").build()).transaction())
                .join();
        ServiceRecord stopped = reader.find("u").join().orElseThrow();
        assertTrue(hold().isEmpty());
        updater.update(stopped.toDefinition(), stopped.revision()).join();
        assertTrue(hold().isPresent());
    }
}
