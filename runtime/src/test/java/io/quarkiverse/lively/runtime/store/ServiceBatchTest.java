package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.TooFewUpException;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.store.proto.Service;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;

/** Many services are taken down and up, each by itself and with an outcome of its own. */
class ServiceBatchTest {

    @RegisterExtension
    static final RealStore store = new RealStore();

    private static final ServiceQuery ORDERS = ServiceQuery.ofTypes("orders");

    private ServiceReader reader;

    @BeforeEach
    void fleet() {
        reader = new ServiceReader(store.etcd, store.layout, Runnable::run);
        ServiceUpdater updater = new ServiceUpdater(store.etcd, store.layout, Duration.ofSeconds(60), writer(store.etcd));
        for (String uuid : List.of("o1", "o2", "o3")) {
            updater.update(ServiceDefinition.of("orders", uuid).withUuid(uuid), 0).join();
        }
        updater.update(ServiceDefinition.of("queue", "q1").withUuid("q1"), 0).join();
    }

    @Test
    void eachServiceThatMatchesGoesDownAndUp() {
        List<ServiceOutcome> down = batch(store.etcd).down(ORDERS, Maintenance.of("disk"), 0).join();
        assertEquals(List.of("o1", "o2", "o3"), down.stream().map(ServiceOutcome::uuid).toList());
        assertTrue(down.stream().allMatch(ServiceOutcome::isDone));
        assertEquals(List.of("q1"), up());
        assertEquals("disk", reader.find("o2").join().orElseThrow().maintenance().orElseThrow().note());
        List<ServiceOutcome> lifted = batch(store.etcd).up(ORDERS).join();
        assertEquals(3, lifted.size());
        assertTrue(lifted.stream().allMatch(outcome -> outcome.service().orElseThrow().maintenance().isEmpty()));
    }

    @Test
    void thatManyAreLeftUp() {
        long before = store.revision();
        ServiceQuery two = ServiceQuery.ofUuids("o1", "o2");
        TooFewUpException refused = (TooFewUpException) assertThrows(CompletionException.class,
                () -> batch(store.etcd).down(two, Maintenance.of(""), 2).join()).getCause();
        assertEquals("orders", refused.type());
        assertEquals(1, refused.left());
        assertEquals(before, store.revision(), "nothing is written");
        batch(store.etcd).down(two, Maintenance.of(""), 1).join();
        assertEquals(List.of("o3", "q1"), up());
    }

    @Test
    void aTypeOfWhichNoneGoesDownDoesNotCount() {
        batch(store.etcd).down(ServiceQuery.ofTypes("queue"), Maintenance.of(""), 0).join();
        assertTrue(batch(store.etcd).down(ServiceQuery.ofUuids("q1", "o1"), Maintenance.of("again"), 2).join().stream()
                .allMatch(ServiceOutcome::isDone));
    }

    @Test
    void aFailureOfOneDoesNotEndTheCall() {
        AtomicInteger commits = new AtomicInteger();
        // Deleted once the services are listed and the first one is written.
        Etcd meanwhile = new ForwardingEtcd(store.etcd) {
            @Override
            public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
                return commits.incrementAndGet() == 3
                        ? writer(store.etcd).delete("o2").thenCompose(deleted -> super.commit(transaction))
                        : super.commit(transaction);
            }
        };
        List<ServiceOutcome> outcomes = batch(meanwhile).down(ORDERS, Maintenance.of(""), 0).join();
        assertEquals(List.of(true, false, true), outcomes.stream().map(ServiceOutcome::isDone).toList());
        assertInstanceOf(UnknownServiceException.class, outcomes.get(1).failure().orElseThrow());
    }

    /** Such a record is of another client: it can be read, but Lively writes none. */
    @Test
    void aUuidThatCannotBeWrittenDoesNotEndTheCall() {
        String uuid = "o1/x";
        store.put(store.layout.service(uuid),
                Service.newBuilder().setUuid(uuid).setType("orders").setHost("x").build().toByteString());
        List<ServiceOutcome> outcomes = batch(store.etcd).down(ORDERS, Maintenance.of(""), 0).join();
        assertEquals(List.of("o1", uuid, "o2", "o3"), outcomes.stream().map(ServiceOutcome::uuid).toList());
        assertEquals(List.of(true, false, true, true), outcomes.stream().map(ServiceOutcome::isDone).toList());
        assertInstanceOf(InvalidServiceException.class, outcomes.get(1).failure().orElseThrow());
    }

    @Test
    void onceEtcdCannotBeReachedTheRestIsNotTried() {
        AtomicInteger attempts = new AtomicInteger();
        Etcd away = new ForwardingEtcd(store.etcd) {
            @Override
            public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
                attempts.incrementAndGet();
                return CompletableFuture.failedFuture(new EtcdException(EtcdException.Kind.UNAVAILABLE, "away", null));
            }
        };
        List<ServiceOutcome> outcomes = new ServiceBatch(reader, writer(away)).up(ORDERS).join();
        assertEquals(3, outcomes.size());
        outcomes.forEach(outcome -> assertInstanceOf(RegistryUnavailableException.class, outcome.failure().orElseThrow()));
        assertEquals(1, attempts.get());
    }

    @Test
    void badArgumentsAreRefusedBeforeAnythingIsAsked() {
        assertEquals("minUp", assertThrows(InvalidServiceException.class,
                () -> batch(store.etcd).down(ORDERS, Maintenance.of(""), -1)).field());
        assertEquals("end", assertThrows(InvalidServiceException.class,
                () -> batch(store.etcd).down(ORDERS, Maintenance.of("").until(Instant.now().minusSeconds(1)), 0)).field());
    }

    private List<String> up() {
        return reader.list(ServiceQuery.all()).join().stream().filter(service -> service.isUp())
                .map(service -> service.uuid()).toList();
    }

    private static ServiceBatch batch(Etcd etcd) {
        return new ServiceBatch(new ServiceReader(etcd, store.layout, Runnable::run), writer(etcd));
    }

    private static ServiceWriter writer(Etcd etcd) {
        return new ServiceWriter(etcd, store.layout, new SystemPlatform(), "ops@desk");
    }
}
