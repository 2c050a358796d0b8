package org.acme;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceAdded;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.SnapshotEnd;
import io.quarkiverse.lively.Subscription;
import io.quarkus.test.junit.QuarkusTest;

/** Another service appears, drains and dies. */
@QuarkusTest
class FleetTest {

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    @Test
    void appears() {
        List<LivenessEvent> events = new CopyOnWriteArrayList<>();
        try (Subscription subscription = registry.watch(ServiceQuery.ofHosts("host1"), events::add)) {
            await().until(() -> events.stream().anyMatch(event -> event instanceof SnapshotEnd));

            Registration inventory = registry.register(ServiceDefinition.of("inventory", "host1"));
            await().until(() -> view.isUp("inventory", "host1"));
            assertTrue(registry.isUp("inventory", "host1"));

            await().until(() -> events.get(events.size() - 1) instanceof ServiceAdded);
            inventory.close();
        }
    }

    @Test
    void drains() {
        try (Registration inventory = up("host2")) {
            inventory.down("draining");
            await().until(() -> !view.isUp("inventory", "host2"));
            assertEquals(Liveness.DOWN, view.find("inventory", "host2").orElseThrow().liveness());

            inventory.up();
            await().until(() -> view.isUp("inventory", "host2"));
        }
    }

    @Test
    void dies() {
        Registration inventory = up("host3");

        inventory.abandon();
        assertFalse(registry.isUp("inventory", "host3"));
        await().until(() -> view.find("inventory", "host3").orElseThrow().liveness() == Liveness.EXPIRED);

        assertEquals(Reason.EXPIRED, view.find("inventory", "host3").orElseThrow().reason());
    }

    private Registration up(String host) {
        Endpoint endpoint = new Endpoint("127.0.0.1", 9000, false);
        Registration inventory = registry.register(ServiceDefinition.of("inventory", host).withEndpoint(endpoint));
        await().until(() -> view.isUp("inventory", host));
        return inventory;
    }
}
