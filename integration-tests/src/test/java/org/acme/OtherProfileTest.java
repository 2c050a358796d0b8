package org.acme;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** An application of another test profile finds nothing of what the tests of others have left. */
@QuarkusTest
@TestProfile(OtherProfileTest.Orders.class)
class OtherProfileTest {

    @Inject
    LivenessRegistry registry;

    @Test
    void isAlone() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);

        assertEquals(List.of("orders"), registry.list(ServiceQuery.all()).stream().map(ServiceRecord::type).toList());
    }

    public static class Orders implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.lively.service.type", "orders");
        }
    }
}
