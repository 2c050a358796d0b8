package io.quarkiverse.lively.runtime.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.store.proto.State;

/**
 * Writes a service as its caller wants it to be, provided that nobody has changed it since the caller read it. One
 * that no process owns is published for one TTL, under a lease of its own; the same update again renews that lease
 * and writes nothing.
 */
public final class ServiceUpdater {

    private static final Duration RENEWAL_TIMEOUT = Duration.ofSeconds(3);

    private final Etcd etcd;
    private final KeyLayout layout;
    private final Duration ttl;
    private final ServiceWriter writer;

    /**
     * @param ttl how long a service that no process owns stays UP
     * @param writer writes what others say of a service that a process owns
     */
    public ServiceUpdater(Etcd etcd, KeyLayout layout, Duration ttl, ServiceWriter writer) {
        this.etcd = etcd;
        this.layout = layout;
        this.ttl = ttl;
        this.writer = writer;
    }

    /** The service as it is stored then. Without a uuid, it gets the one that follows from its type and host. */
    public CompletableFuture<ServiceRecord> update(ServiceDefinition wanted, long expectedRevision) {
        ServiceIdentity id = layout.identityOf(wanted);
        if (expectedRevision < 0) {
            throw new InvalidServiceException("expectedRevision", "the expected revision must not be negative; 0 says that the"
                    + " service is new");
        }
        return new Update(id, wanted, expectedRevision).attempt(1);
    }

    private final class Update {

        private final ServiceIdentity id;
        private final ServiceDefinition wanted;
        private final long expectedRevision;
        private final Maintenance maintenance;
        private final OwnerWrites names;

        Update(ServiceIdentity id, ServiceDefinition wanted, long expectedRevision) {
            this.id = id;
            this.wanted = wanted;
            this.expectedRevision = expectedRevision;
            this.maintenance = wanted.maintenance().orElse(StoredMaintenance.NONE);
            this.names = new OwnerWrites(layout, id, false);
        }

        CompletableFuture<ServiceRecord> attempt(int race) {
            return etcd.commit(names.lookWithLast()).thenCompose(result -> {
                ServiceKeys seen = names.seen(result);
                checkNotStale(seen);
                checkEndpointAndMetadata(seen, names.last(result).map(Claimed::of));
                if (!keepsMaintenance(seen)) {
                    writer.check(maintenance);
                }
                if (seen.isClaimed()) {
                    return commit(seen, updateOwned(seen), race);
                }
                return (names.hasNeighbours(seen)
                        ? etcd.commit(names.lookAtNeighbours(seen)).thenApply(found -> names.neighbours(seen, found))
                        : CompletableFuture.completedFuture(Neighbours.NONE))
                        .thenCompose(neighbours -> updateUnowned(seen, neighbours, race));
            });
        }

        private void checkNotStale(ServiceKeys seen) {
            if (seen.service().modRevision() != expectedRevision) {
                throw ServiceWriter.stale(seen, "The service " + id + " " + whatHappened(seen));
            }
        }

        /**
         * They are in the claim, which an update never writes. A value other than that of the claim, or of the last claim if
         * there is none, would be ignored, and is refused.
         */
        private void checkEndpointAndMetadata(ServiceKeys seen, Optional<Claimed> last) {
            Optional<Claimed> claimed = seen.owner().value().map(Claimed::of);
            Optional<Claimed> readable = claimed.isPresent() ? claimed : last;
            boolean isReadable = seen.isClaimed() || last.isPresent();
            check(isReadable, "endpoint", wanted.endpoint(), readable.flatMap(Claimed::endpoint), Optional.empty());
            check(isReadable, "metadata", wanted.metadata(), readable.map(Claimed::metadata).orElse(Map.of()), Map.of());
        }

        /** @param readable whether a reader may have read another value than none */
        private <T> void check(boolean readable, String field, T value, T present, T none) {
            if (!value.equals(none) && !value.equals(present)) {
                throw new InvalidServiceException(field, "the " + field + (readable
                        ? " is published by the process that keeps the service alive, and an update cannot change it. Read the"
                                + " service again, and leave the " + field + " as it is"
                        : " of a service is published only while a process keeps the service alive. Leave it out, or register"
                                + " the service. If its process has ended since it was read, read the service again"));
            }
        }

        private String whatHappened(ServiceKeys seen) {
            if (!seen.service().exists()) {
                return "does not exist any more. To make it anew, write it with revision 0";
            }
            String now = " is at revision " + seen.service().modRevision();
            return expectedRevision == 0
                    ? "exists already, and" + now + ". Read it, and write it with that revision"
                    : "was changed by " + ServiceWriter.lastWriter(seen) + " since it was read at revision "
                            + expectedRevision + ": it" + now + " now. Read it again";
        }

        /** Whether the maintenance is to stay as it is, whatever it is. */
        private boolean keepsMaintenance(ServiceKeys seen) {
            return seen.service().value().flatMap(StoredMaintenance::in).equals(wanted.maintenance());
        }

        private Service withMaintenance(Service record, ServiceKeys seen) {
            return keepsMaintenance(seen) ? record : StoredMaintenance.put(record, maintenance);
        }

        /** A maintenance that stays as it is may be over. DOWN is meant all the same, and then has no end. */
        private State held(ServiceKeys seen, Instant now) {
            boolean isOver = keepsMaintenance(seen) && maintenance.end().filter(end -> !end.isAfter(now)).isPresent();
            return writer.held(
                    isOver ? new Maintenance(maintenance.note(), maintenance.start(), Optional.empty()) : maintenance,
                    now);
        }

        /** Its lease, its claim and its names are its owner's. */
        private Optional<WriteBuilder> updateOwned(ServiceKeys seen) {
            Service record = seen.service().value()
                    .orElseThrow(() -> new ServiceConflictException(id.uuid(), "uuid", "The process"
                            + " that keeps " + id + " alive registers it again within one TTL: read it then"));
            checkIsOwners("type", wanted.type(), record.getType());
            checkIsOwners("host", wanted.host(), record.getHost());
            checkIsOwners("region", wanted.region(), ServiceRecords.region(record));
            Service asWanted = withMaintenance(record, seen);
            boolean sameMaintenance = asWanted.equals(record);
            Instant now = writer.now();
            if (wanted.status() == Status.DOWN) {
                // Its own DOWN would be over as soon as its owner says so.
                return Holds.isHeld(seen, now) && sameMaintenance ? Optional.empty()
                        : Optional.of(writer.takeDown(seen, asWanted, held(seen, now)));
            }
            if (ServiceRecords.status(record) == Status.UP && sameMaintenance) {
                return Optional.empty();
            }
            if (ServiceWriter.isToCome(maintenance, now)) {
                return Optional.of(writer.plan(seen, maintenance));
            }
            if (wanted.maintenance().isPresent() && !sameMaintenance) {
                throw new InvalidServiceException("maintenance", "a service that is UP cannot be in a maintenance that has"
                        + " started; say DOWN, or let it start later");
            }
            return writer.lift(seen);
        }

        private void checkIsOwners(String field, String value, String ofOwner) {
            if (!value.equals(ofOwner)) {
                throw new InvalidServiceException(field, "the " + field + " is '" + ofOwner
                        + "' as long as the process lives that keeps the service alive");
            }
        }

        private CompletableFuture<ServiceRecord> updateUnowned(ServiceKeys seen, Neighbours neighbours, int race) {
            Instant now = writer.now();
            if (neighbours.rivalStays(id, now)) {
                throw new ServiceConflictException(neighbours.rival().orElseThrow(), "host", "The service "
                        + neighbours.rival().orElseThrow() + " has the type " + id.type() + " and the host " + id.host()
                        + ", and is alive or held. Choose another type or host, or delete it");
            }
            Service record = wantedRecord(seen);
            boolean inPlace = names.isNamed(seen) && seen.region().exists()
                    && seen.service().value().filter(record::equals).isPresent();
            if (wanted.status() == Status.DOWN) {
                boolean same = inPlace && !seen.up().exists() && Holds.isHeld(seen, now);
                return commit(seen, same ? Optional.empty()
                        : Optional.of(new WriteBuilder(layout, id, seen, 0).publishDown(record, held(seen, now))
                                .putInPlace(neighbours)),
                        race);
            }
            return inPlace && seen.up().lease() != 0 ? renew(seen, race) : publish(seen, neighbours, record, now, race);
        }

        /** What the caller cannot know of the record stays: fields of a later message, and an empty region. */
        private Service wantedRecord(ServiceKeys seen) {
            Service.Builder record = seen.service().value().orElseGet(Service::getDefaultInstance).toBuilder();
            if (!seen.service().value().map(ServiceRecords::region).equals(Optional.of(id.region()))) {
                record.setRegion(id.region());
            }
            return withMaintenance(record.setUuid(id.uuid()).setType(id.type()).setHost(id.host())
                    .setStatus(ServiceRecords.stored(wanted.status())).build(), seen);
        }

        private CompletableFuture<ServiceRecord> renew(ServiceKeys seen, int race) {
            return etcd.renewLease(seen.up().lease(), RENEWAL_TIMEOUT).thenApply(lease -> ServiceRecords.of(seen))
                    .exceptionallyCompose(failure -> againWithoutLease(failure, race, seen));
        }

        /** The lease may run out at any moment. */
        private CompletableFuture<ServiceRecord> againWithoutLease(Throwable failure, int race, ServiceKeys seen) {
            return EtcdException.of(failure).kind() == EtcdException.Kind.LEASE_NOT_FOUND ? again(race, seen)
                    : CompletableFuture.failedFuture(failure);
        }

        private CompletableFuture<ServiceRecord> publish(ServiceKeys seen, Neighbours neighbours, Service record, Instant now,
                int race) {
            State registered = writer.said(Reason.REGISTERED, now).build();
            State said = ServiceWriter.isToCome(maintenance, now) ? writer.planned(registered, maintenance, now) : registered;
            return lease(seen.up().lease()).thenCompose(lease -> {
                GuardedWrite write = new WriteBuilder(layout, id, seen, 0).publishUp(record, lease.id(), said)
                        .putInPlace(neighbours).build();
                return etcd.commit(write.transaction()).whenComplete((result, failure) -> {
                    boolean unused = failure != null || !result.succeeded();
                    if (unused && lease.id() != seen.up().lease()) {
                        etcd.revokeLease(lease.id());
                    }
                }).thenCompose(result -> result.succeeded()
                        ? CompletableFuture.completedFuture(ServiceRecords.of(write.then().apply(result.revision())))
                        : again(race, names.seen(result)))
                        .exceptionallyCompose(failure -> againWithoutLease(failure, race, seen));
            });
        }

        /** The lease that it has, if that is as long as it should be; else a new one. */
        private CompletableFuture<Etcd.Lease> lease(long present) {
            if (present == 0) {
                return etcd.grantLease(ttl);
            }
            return etcd.renewLease(present, RENEWAL_TIMEOUT).thenApply(Optional::of)
                    .exceptionallyCompose(failure -> EtcdException.of(failure).kind() == EtcdException.Kind.LEASE_NOT_FOUND
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : CompletableFuture.failedFuture(failure))
                    .thenCompose(renewed -> renewed.filter(lease -> lease.ttl().equals(ttl))
                            .map(CompletableFuture::completedFuture).orElseGet(() -> etcd.grantLease(ttl)));
        }

        private CompletableFuture<ServiceRecord> commit(ServiceKeys seen, Optional<WriteBuilder> decision, int race) {
            if (decision.isEmpty()) {
                return CompletableFuture.completedFuture(ServiceRecords.of(seen));
            }
            GuardedWrite write = decision.get().build();
            return etcd.commit(write.transaction()).thenCompose(result -> result.succeeded()
                    ? CompletableFuture.completedFuture(ServiceRecords.of(write.then().apply(result.revision())))
                    : again(race, names.seen(result)));
        }

        /** If the record has changed, this will find out. */
        private CompletableFuture<ServiceRecord> again(int race, ServiceKeys seen) {
            return writer.again(race, id.uuid(), seen, () -> attempt(race + 1));
        }
    }
}
