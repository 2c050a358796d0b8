package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.StaleRecordException;
import io.quarkus.arc.Arc;
import io.quarkus.test.QuarkusUnitTest;

/** An application that has Micrometer exposes what Lively does; that alone does not start the view. */
@ExtendWith(RealEtcd.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MetricsTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, Exposed.class, Throwing.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.status-ttl", "9S");

    @Inject
    LivenessRegistry registry;

    @Test
    @Order(1)
    void theRegistration() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertEquals(List.of("lively_registration_state{state=\"REGISTERED\"}"),
                Exposed.now().set("lively_registration_state"));
        double remaining = Exposed.now().value("lively_lease_remaining_seconds");
        assertTrue(remaining > 0 && remaining <= 9, () -> "" + remaining);
        await().until(() -> Exposed.now().value("lively_lease_renewals_seconds_count{outcome=\"SUCCESS\"}") >= 1);
        assertTrue(Exposed.now().value("lively_lease_renewals_seconds_sum{outcome=\"SUCCESS\"}") > 0);
        assertTrue(Exposed.now().value(
                "lively_transactions_total{caller=\"REGISTRATION\",kind=\"WRITE\",outcome=\"SUCCESS\"}") >= 1);
        RealEtcd.leases().revoke(registry.registration().lease().orElseThrow().id());
        await().until(() -> Exposed.now().value("lively_registration_losses_total{reason=\"LEASE_GONE\"}") == 1);
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
    }

    @Test
    @Order(2)
    void theViewIsNotStarted() {
        assertEquals(List.of("lively_view_state{state=\"LOADING\"}"), Exposed.now().set("lively_view_state"));
        assertTrue(Double.isNaN(Exposed.now().value("lively_view_age_seconds")));
        assertEquals(0, Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("lively-view")).count());
    }

    @Test
    @Order(3)
    void whatTheApplicationWrites() {
        String conflicts = "lively_transactions_total{caller=\"REGISTRY\",kind=\"WRITE\",outcome=\"CONFLICT\"}";
        String writes = "lively_transactions_total{caller=\"REGISTRY\",kind=\"WRITE\",outcome=\"SUCCESS\"}";
        ServiceRecord record = registry.update(ServiceDefinition.of("batch", "h1"), 0);
        assertEquals(1, Exposed.now().value(writes));
        assertThrows(StaleRecordException.class, () -> registry.update(record.toDefinition(), 1));
        assertEquals(1, Exposed.now().value(writes));
        assertEquals(0, Exposed.now().value(conflicts));
    }

    @Test
    @Order(4)
    void theViewAndTypesThatAppearWhileItRuns() {
        LivenessView view = Arc.container().select(LivenessView.class).get();
        view.awaitReady().await().indefinitely();
        assertEquals(1, services("batch", "UP"));
        assertTrue(Double.isNaN(services("queue", "UP")));
        try (Registration queue = registry.register(ServiceDefinition.of("queue", "orders"))) {
            await().until(() -> services("queue", "UP") == 1);
        }
        await().until(() -> services("queue", "DOWN") == 1);
        assertEquals(0, services("queue", "UP"));
        assertEquals(1, Exposed.now().value("lively_view_events_total{kind=\"ADDED\"}"));
        assertTrue(Exposed.now().value("lively_view_revision") > 0);
        await().until(() -> Exposed.now().set("lively_view_state").equals(List.of("lively_view_state{state=\"CURRENT\"}")));
    }

    @Test
    @Order(5)
    void observersThatThrow() {
        assertEquals(1, Exposed.now().value("lively_observers_failures_total"));
    }

    @Test
    @Order(6)
    void recordsThatCannotBeRead() {
        double before = Exposed.now().value("lively_records_skipped_total");
        RealEtcd.keys().put("/services/by-uuid/bad", "nonsense");
        await().until(() -> Exposed.now().value("lively_records_skipped_total") > before);
    }

    private static double services(String type, String liveness) {
        return Exposed.now().value("lively_view_services{liveness=\"" + liveness + "\",type=\"" + type + "\"}");
    }

    @Singleton
    static class Throwing {

        void changed(@Observes RegistrationChange change) {
            if (change.current() == RegistrationState.LOST) {
                throw new IllegalStateException("on purpose");
            }
        }
    }
}
