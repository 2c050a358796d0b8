package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.vertx.http.HttpServer;

@ExtendWith(RealEtcd.class)
class RegistersOnceHttpListensTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Starting.class, RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.application.name", "inventory")
            .overrideRuntimeConfigKey("quarkus.lively.service.region", "eu-west")
            .overrideRuntimeConfigKey("quarkus.lively.service.metadata.colour", "blue")
            .overrideRuntimeConfigKey("quarkus.lively.service.metadata.\"with.dots\"", "yes");

    @Inject
    Starting starting;

    @Inject
    HttpServer http;

    @Inject
    LivenessRegistry registry;

    @BeforeEach
    void registered() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
    }

    @Test
    void notBefore() {
        assertEquals(RegistrationState.STARTING, starting.state);
        assertEquals(List.of(), starting.services);
    }

    @Test
    void asConfigured() throws UnknownHostException {
        ServiceRecord service = registry.find(registry.registration().record().uuid()).orElseThrow();

        assertEquals("inventory", service.type());
        assertEquals(InetAddress.getLocalHost().getHostName() + "-test", service.host());
        assertEquals("eu-west", service.region());
        assertEquals(Map.of("colour", "blue", "with.dots", "yes"), service.metadata());
        assertEquals(Status.UP, service.status());
        assertEquals(Liveness.UP, service.liveness());
        assertEquals(Reason.REGISTERED, service.reason());
        assertEquals(service, registry.registration().record());
    }

    @Test
    void withTheRealPort() {
        assertTrue(http.getPort() > 0, "a port was chosen");
        assertEquals(Optional.of(new Endpoint("localhost", http.getPort(), false)),
                registry.registration().record().endpoint());
    }

    @Test
    void underALease() {
        String uuid = registry.registration().record().uuid();
        String lease = registry.registration().lease().orElseThrow().id();
        assertEquals(List.of("/services/by-owner/" + uuid, "/services/by-status/UP/" + uuid),
                RealEtcd.leases().keys(lease));
        assertFalse(registry.registration().fencingToken().isEmpty());
    }

    /** Can ask etcd, but has no socket yet. */
    @Singleton
    static class Starting {

        @Inject
        LivenessRegistry registry;

        RegistrationState state;
        List<ServiceRecord> services;

        void started(@Observes StartupEvent event) throws InterruptedException {
            Thread.sleep(200);
            state = registry.registration().state();
            services = registry.list(ServiceQuery.all());
        }
    }
}
