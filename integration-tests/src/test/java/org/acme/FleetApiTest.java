package org.acme;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.Resynced;
import io.quarkiverse.lively.ServiceAdded;
import io.quarkiverse.lively.ServiceChanged;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceEvent;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.ServiceRemoved;
import io.quarkiverse.lively.ServiceSnapshot;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.TooFewUpException;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;

/** An application uses each part of the API once. Each test has a service type of its own. */
@QuarkusTest
class FleetApiTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Inject
    LivenessRegistry registry;

    @Inject
    ReactiveLivenessRegistry reactive;

    @Inject
    LivenessView view;

    @Inject
    Registration registration;

    @Inject
    Journal journal;

    @Inject
    @Readiness
    Warehouse warehouse;

    @Test
    void updatesAServiceThatNoProcessKeepsAlive() {
        ServiceDefinition worker = ServiceDefinition.of("worker", "w1").withRegion("eu-west");

        ServiceRecord first = registry.update(worker, 0);
        assertEquals(Liveness.UP, first.liveness());
        assertFalse(first.owned());
        assertEquals(first.revision(), registry.update(first.toDefinition(), first.revision()).revision());

        StaleRecordException notNew = assertThrows(StaleRecordException.class, () -> registry.update(worker, 0));
        assertEquals(first.revision(), notNew.current().orElseThrow().revision());

        ServiceRecord second = registry.update(first.toDefinition().withStatus(Status.DOWN), first.revision());
        assertEquals(Liveness.DOWN, registry.find(first.uuid()).orElseThrow().liveness());

        StaleRecordException old = assertThrows(StaleRecordException.class,
                () -> registry.update(first.toDefinition(), first.revision()));
        assertEquals(Status.DOWN, old.current().orElseThrow().status());
        assertEquals(thisApplication(), old.by());

        assertEquals("endpoint", refusedField(() -> registry.update(
                second.toDefinition().withEndpoint(new Endpoint("127.0.0.1", 80, false)), second.revision())));
        assertEquals("type", refusedField(() -> registry.update(ServiceDefinition.of("no/type", "w1"), 0)));
    }

    @Test
    void refusesAnUpdateThatTheOwnerWouldUndo() {
        try (Registration owned = registerUp(ServiceDefinition.of("owned", "o1"))) {
            ServiceRecord read = registry.find("owned", "o1").orElseThrow();
            assertTrue(read.owned());
            assertEquals("region",
                    refusedField(() -> registry.update(read.toDefinition().withRegion("eu-west"), read.revision())));

            registry.update(read.toDefinition().withStatus(Status.DOWN), read.revision());
            await().until(() -> owned.state() == RegistrationState.HELD_DOWN);
        }
        assertEquals("status", refusedField(
                () -> registry.register(ServiceDefinition.of("owned", "o2").withStatus(Status.DOWN))));
    }

    @Test
    void watchesChangesAndObservesThem() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Cancellable subscription = view.watch(ServiceQuery.ofTypes("cart")).subscribe()
                .with(event -> lines.add(line(event)));
        await().until(() -> lines.equals(List.of("that is all")));

        Registration cart = registerUp(ServiceDefinition.of("cart", "c1"));
        cart.down("counting");
        await().until(() -> lines.contains("c1 was UP, is DOWN: APPLICATION"));
        cart.close();
        registry.delete(cart.record().uuid());
        await().until(() -> lines.contains("c1 is gone"));
        subscription.cancel();

        assertEquals("that is all", lines.get(0));
        assertEquals("c1 is new: REGISTERED", lines.get(1));
        assertEquals("c1 was UP, is DOWN: APPLICATION", lines.get(2));
        assertEquals("c1 is gone", lines.get(lines.size() - 1));
        await().until(() -> journal.all.stream().filter("cart"::equals).count() == lines.size() - 1);
        await().until(() -> journal.removed.contains("cart"));
        assertTrue(journal.changed.contains("cart"));
        assertEquals("changes may have been missed", line(new Resynced(1, cart.since())));
    }

    @Test
    void changesItsMetadata() {
        await().until(() -> registration.state() == RegistrationState.REGISTERED);
        Map<String, String> configured = registration.record().metadata();
        OptionalLong token = registration.fencingToken();
        assertTrue(token.isPresent());

        registration.updateMetadata(Map.of("version", "2.1"));
        assertEquals(Map.of("version", "2.1"), registry.find(registration.record().uuid()).orElseThrow().metadata());

        registration.updateMetadataAsync(configured).await().atMost(SOON);
        assertEquals(configured, registry.find(registration.record().uuid()).orElseThrow().metadata());
        assertEquals(token, registration.fencingToken());
    }

    @Test
    void closesAFurtherServiceWithoutBlocking() {
        Registration further = registerUp(ServiceDefinition.of("further", "f1"));
        further.closeAsync().await().atMost(SOON);
        assertEquals(RegistrationState.STOPPED, further.state());

        ServiceRecord closed = registry.find("further", "f1").orElseThrow();
        assertEquals(Liveness.DOWN, closed.liveness());
        assertEquals(Reason.SHUTDOWN, closed.reason());
        assertTrue(further.fencingToken().isEmpty());
        assertThrows(IllegalStateException.class, () -> further.updateMetadata(Map.of()));
    }

    @Test
    void asksItsReadinessChecksAtOnce() {
        await().until(() -> registry.isUp(registration.record().uuid()));

        warehouse.open = false;
        int before = warehouse.asked.get();
        registration.checkReadiness().await().atMost(SOON);
        assertTrue(warehouse.asked.get() > before);
        await().until(() -> registry.find(registration.record().uuid()).orElseThrow().reason() == Reason.HEALTH);
        assertFalse(registry.isUp(registration.record().uuid()));

        warehouse.open = true;
        registration.checkReadiness().await().atMost(SOON);
        await().until(() -> registry.isUp(registration.record().uuid()));
    }

    @Test
    void choosesServices() {
        try (Registration red = registerUp(ServiceDefinition.of("paint", "p1").withMetadata(Map.of("colour", "red")));
                Registration blue = registerUp(ServiceDefinition.of("paint", "p2").withMetadata(Map.of("colour", "blue")));
                Registration brush = registerUp(ServiceDefinition.of("brush", "p1"))) {
            ServiceQuery paints = ServiceQuery.ofTypes("paint");
            assertEquals(Set.of("p1", "p2"), hosts(paints));
            assertEquals(Set.of("p1"), hosts(paints.withTypes("brush")));
            assertEquals(3, registry.list(paints.andTypes("brush")).size());
            assertEquals(Set.of("p2"), hosts(paints.withHosts("p2")));
            assertEquals(Set.of("p1", "p2"), hosts(paints.withHosts("p2").andHosts("p1")));
            assertEquals(Set.of("p2"), hosts(paints.andMetadata("colour", "blue")));
            assertEquals(Set.of(), hosts(paints.withMetadata(Map.of("colour", "blue", "size", "1"))));
            assertEquals(Set.of(red.record().uuid()), Set.copyOf(
                    view.list(paints.andMetadata("colour", "red")).stream().map(ServiceRecord::uuid).toList()));

            assertTrue(registry.types().containsAll(Set.of("paint", "brush", registration.record().type())));
            assertTrue(registry.hosts().containsAll(Set.of("p1", "p2", registration.record().host())));
        }
    }

    @Test
    void waitsForAServiceToBeUp() throws Exception {
        ServiceQuery bank = ServiceQuery.ofTypes("bank");
        CompletableFuture<ServiceRecord> waiting = view.awaitUp(bank).subscribeAsCompletionStage();
        assertFalse(waiting.isDone());

        try (Registration registered = registry.register(ServiceDefinition.of("bank", "b1"))) {
            assertEquals("b1", waiting.get(SOON.toSeconds(), TimeUnit.SECONDS).host());
            assertEquals("b1", view.awaitUp(bank).await().atMost(SOON).host());
        }
        assertEquals("liveness", refusedField(() -> view.awaitUp(bank.withLiveness(Liveness.DOWN))));
    }

    @Test
    void takesManyDownAndUp() {
        ServiceQuery tills = ServiceQuery.ofTypes("till");
        try (Registration first = registerUp(ServiceDefinition.of("till", "t1"));
                Registration second = registerUp(ServiceDefinition.of("till", "t2"));
                Registration third = registerUp(ServiceDefinition.of("till", "t3"))) {
            TooFewUpException tooFew = assertThrows(TooFewUpException.class,
                    () -> registry.down(tills, Maintenance.of("new scanner"), 1));
            assertEquals("till", tooFew.type());
            assertEquals(0, tooFew.left());
            assertEquals(3, registry.list(tills.withLiveness(Liveness.UP)).size());

            ServiceQuery two = tills.withHosts("t1", "t2");
            List<ServiceOutcome> down = registry.down(two, Maintenance.of("new scanner"), 1);
            assertEquals(2, down.size());
            assertTrue(down.stream().allMatch(ServiceOutcome::isDone));
            assertEquals(Optional.of("new scanner"),
                    down.get(0).service().flatMap(ServiceRecord::maintenance).map(Maintenance::note));
            assertEquals(Set.of("t3"), hosts(tills.withLiveness(Liveness.UP)));

            List<ServiceOutcome> up = registry.up(two);
            assertEquals(Set.copyOf(down.stream().map(ServiceOutcome::uuid).toList()),
                    Set.copyOf(up.stream().map(ServiceOutcome::uuid).toList()));
            await().until(() -> registry.list(tills.withLiveness(Liveness.UP)).size() == 3);
            assertEquals(List.of(), registry.down(ServiceQuery.ofTypes("no-such-till"), Maintenance.of("none"), 1));
        }
    }

    @Test
    void knowsTheLastEndpointAndMetadata() {
        Endpoint endpoint = new Endpoint("127.0.0.1", 9000, false);
        Map<String, String> shelf = Map.of("shelf", "7");
        Registration stock = registerUp(ServiceDefinition.of("stock", "s1").withEndpoint(endpoint).withMetadata(shelf));
        assertTrue(registry.find("stock", "s1").orElseThrow().owned());
        stock.close();

        ServiceRecord found = registry.find("stock", "s1").orElseThrow();
        assertFalse(found.owned());
        assertEquals(Optional.of(endpoint), found.endpoint());
        assertEquals(shelf, found.metadata());

        ServiceQuery shelves = ServiceQuery.ofTypes("stock").withMetadata(shelf);
        assertEquals(List.of(), registry.list(shelves));
        assertEquals(List.of(found), registry.listWithLastKnown(shelves));
        await().until(() -> !view.find("stock", "s1").orElseThrow().owned());
        assertEquals(Optional.empty(), view.find("stock", "s1").orElseThrow().endpoint());
    }

    @Test
    void tellsWhatHappened() {
        Registration clerk = registerUp(ServiceDefinition.of("clerk", "k1"));
        String uuid = clerk.record().uuid();
        registry.down(uuid, Maintenance.of("lunch"));
        Transition down = registry.history(uuid).get(0);
        assertEquals(Status.DOWN, down.status());
        assertEquals(Reason.MAINTENANCE, down.reason());
        assertEquals(thisApplication(), down.by());
        assertEquals(Optional.of("lunch"), down.note());
        registry.up(uuid);
        await().until(() -> view.isUp(uuid));
        Transition lifted = registry.history(uuid).get(0);
        assertEquals(Status.UP, lifted.status());
        assertEquals(Reason.OPERATOR, lifted.reason());
        assertEquals(thisApplication(), lifted.by());
        assertEquals(Optional.empty(), view.lastSeenAlive(uuid));

        clerk.abandon();
        assertEquals(Optional.of(Liveness.EXPIRED), registry.liveness(uuid));
        await().until(() -> view.lastSeenAlive(uuid).isPresent());
        try (Registration again = registerUp(ServiceDefinition.of("clerk", "k1"))) {
            List<Transition> history = registry.history(uuid);
            assertEquals(Reason.REGISTERED, history.get(0).reason());
            assertTrue(history.get(0).by().startsWith(thisApplication() + " ("), history.get(0).by());
        }

        UnknownServiceException unknown = assertThrows(UnknownServiceException.class,
                () -> registry.history("no-such-uuid"));
        assertEquals("no-such-uuid", unknown.uuid());
    }

    @Test
    void tellsHowFreshItsViewIs() {
        view.awaitReady().await().atMost(SOON);
        await().until(() -> view.freshness().state() == Freshness.State.CURRENT);
        Freshness freshness = view.freshness();
        assertTrue(freshness.asOf().isPresent());
        assertTrue(freshness.age().orElseThrow().compareTo(SOON.multipliedBy(6)) < 0);

        ServiceRecord written = registry.update(ServiceDefinition.of("fresh", "f1"), 0);
        view.awaitRevision(written.revision()).await().atMost(SOON);
        assertTrue(view.isUp("fresh", "f1"));
    }

    @Test
    void namesTheArgumentThatIsNull() {
        assertEquals("uuid", nameOfNull(() -> registry.isUp(null)));
        assertEquals("host", nameOfNull(() -> registry.isUp("inventory", null)));
        assertEquals("query", nameOfNull(() -> view.list(null)));
        assertEquals("type", nameOfNull(() -> ServiceDefinition.of(null, "n1")));
        assertEquals("metadata", nameOfNull(() -> registration.updateMetadata(null)));
        assertEquals("uuid", nameOfNull(() -> reactive.find((String) null).await().atMost(SOON)));
    }

    @Test
    void doesTheSameWithoutBlocking() {
        ServiceQuery robots = ServiceQuery.ofTypes("robot");
        ServiceRecord robot = now(reactive.update(ServiceDefinition.of("robot", "r1"), 0));
        assertTrue(now(reactive.isUp("robot", "r1")));
        assertEquals(List.of(robot), now(reactive.list(robots)));
        assertThrows(StaleRecordException.class, () -> now(reactive.update(robot.toDefinition(), 0)));
        assertThrows(TooFewUpException.class, () -> now(reactive.down(robots, Maintenance.of("oil"), 1)));

        assertTrue(now(reactive.down(robots, Maintenance.of("oil"), 0)).get(0).isDone());
        assertEquals(Optional.of("oil"), now(reactive.history(robot.uuid())).get(0).note());
        assertTrue(now(reactive.up(robots)).get(0).isDone());
        assertTrue(now(reactive.types()).contains("robot"));
        assertTrue(now(reactive.hosts()).contains("r1"));
        assertTrue(now(reactive.delete(robot.uuid())).isPresent());
        assertThrows(UnknownServiceException.class, () -> now(reactive.history(robot.uuid())));
    }

    /** What an application makes of an event. Java 21 has a {@code switch} for it, which needs no default. */
    private static String line(LivenessEvent event) {
        if (event instanceof ServiceChanged changed) {
            return changed.service().host() + " was " + changed.previous().liveness() + ", is "
                    + changed.service().liveness() + ": " + changed.reason();
        } else if (event instanceof ServiceAdded added) {
            return added.service().host() + " is new: " + added.reason();
        } else if (event instanceof ServiceRemoved removed) {
            return removed.service().host() + " is gone";
        } else if (event instanceof ServiceSnapshot snapshot) {
            return snapshot.service().host() + " is there";
        } else if (event instanceof SnapshotEnd) {
            return "that is all";
        } else if (event instanceof Resynced) {
            return "changes may have been missed";
        }
        throw new IllegalArgumentException(event.toString());
    }

    private Registration registerUp(ServiceDefinition definition) {
        Registration further = registry.register(definition);
        await().until(() -> view.isUp(definition.type(), definition.host()));
        return further;
    }

    private Set<String> hosts(ServiceQuery query) {
        return Set.copyOf(registry.list(query).stream().map(ServiceRecord::host).toList());
    }

    private String thisApplication() {
        return registration.record().type() + "@" + registration.record().host();
    }

    private static String refusedField(Runnable call) {
        return assertThrows(InvalidServiceException.class, call::run).field();
    }

    private static String nameOfNull(Runnable call) {
        return assertThrows(NullPointerException.class, call::run).getMessage();
    }

    private static <T> T now(Uni<T> answer) {
        return answer.await().atMost(SOON);
    }

    /** The types of the services of which it has observed a change. */
    @Singleton
    public static class Journal {

        private final List<String> all = new CopyOnWriteArrayList<>();
        private final List<String> changed = new CopyOnWriteArrayList<>();
        private final List<String> removed = new CopyOnWriteArrayList<>();

        void event(@Observes ServiceEvent event) {
            all.add(event.service().type());
        }

        void changed(@Observes ServiceChanged event) {
            changed.add(event.service().type());
        }

        void removed(@Observes ServiceRemoved event) {
            removed.add(event.service().type());
        }
    }

    /** Ready while it is open. */
    @Readiness
    @Singleton
    public static class Warehouse implements HealthCheck {

        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean open = true;

        @Override
        public HealthCheckResponse call() {
            asked.incrementAndGet();
            return HealthCheckResponse.named("warehouse").status(open).build();
        }
    }
}
