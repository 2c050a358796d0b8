package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Inject;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.test.QuarkusUnitTest;

/** An application keeps further services alive under its own lease, each until it is closed. */
@ExtendWith(RealEtcd.class)
class FurtherServicesTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest().withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0");

    @Inject
    LivenessRegistry registry;

    @Test
    void theyLiveUnderTheSameLeaseAndEndOneByOne() {
        Registration own = registered(registry.registration());
        Endpoint endpoint = new Endpoint("10.0.0.1", 9000, true);
        Registration one = registered(registry.register(
                ServiceDefinition.of("worker", "one").withEndpoint(endpoint).withMetadata(Map.of("queue", "a"))));
        Registration two = registered(registry.register(ServiceDefinition.of("worker", "two").withRegion("west")));
        assertEquals(own.lease().map(Lease::id), one.lease().map(Lease::id));
        ServiceRecord found = registry.find("worker", "one").orElseThrow();
        assertEquals(Optional.of(endpoint), found.endpoint());
        assertEquals("a", found.metadata().get("queue"));
        assertTrue(found.owned());
        assertEquals("west", registry.find("worker", "two").orElseThrow().region());

        assertThrows(ServiceConflictException.class, () -> registry.register(ServiceDefinition.of("worker", "one")));
        one.close();
        one.close();
        assertEquals(RegistrationState.STOPPED, one.state());
        assertEquals(Liveness.DOWN, registry.find("worker", "one").orElseThrow().liveness());
        assertTrue(registry.isUp("worker", "two"));
        assertTrue(registry.isUp(own.record().uuid()));

        Registration again = registered(registry.register(ServiceDefinition.of("worker", "one")));
        assertTrue(registry.isUp("worker", "one"));
        again.close();
        two.close();
        assertFalse(registry.isUp("worker", "two"));
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertEquals("host",
                assertThrows(InvalidServiceException.class,
                        () -> registry.register(ServiceDefinition.of("worker", "")))
                        .field());
    }

    private static Registration registered(Registration registration) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> registration.state() == RegistrationState.REGISTERED);
        return registration;
    }
}
