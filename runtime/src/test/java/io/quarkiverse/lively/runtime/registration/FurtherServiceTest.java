package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceConflictException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.worker.FakePlatform;

/** A process that is not registered itself keeps others alive, and the lease only as long as it needs it. */
class FurtherServiceTest {

    private final Scene scene = new Scene();
    private final Registrar registrar = new Registrar(scene.etcd, scene.layout, scene.worker, new FakePlatform(scene.worker),
            new Registrar.Settings(false, Scene.ID, Scene.TTL, Scene.STOP_TIMEOUT, "1.0", Map.of(), OnConflict.TAKEOVER, false,
                    false),
            change -> {
            });

    @Test
    void theLeaseIsGivenBackWithTheLastServiceAndAnotherOneIsHadForTheNext() {
        registrar.start();
        assertTrue(scene.etcd.leases().isEmpty());
        Registration first = register("first");
        Registration second = register("second");
        assertEquals(1, scene.etcd.leases().size());
        stop(first);
        assertEquals(1, scene.etcd.leases().size());
        stop(second);
        assertTrue(scene.etcd.leases().isEmpty());

        Registration third = register("third");
        assertEquals(1, scene.etcd.leases().size());
        scene.seconds(60);
        assertEquals(RegistrationState.REGISTERED, third.state());
        assertTrue(third.lease().isPresent());
    }

    @Test
    void aServiceThatIsClosedWhileEtcdIsAwayNeedsTheLeaseUntilItIsDown() {
        Registration service = register("first");
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        stop(service);
        scene.seconds(3);
        assertEquals(RegistrationState.STOPPED, service.state());
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(3);
        assertTrue(scene.etcd.leases().isEmpty());
        assertTrue(scene.etcd.has(scene.layout.down(service.record().uuid())));
    }

    @Test
    void whatCannotBeAnnouncedIsRefused() {
        for (String address : List.of("a\nb", "a b", " 127.0.0.1 ", "http://127.0.0.1/app", "127.0.0.1:8080", "a_b", "[::1",
                "fe80::1%eth0")) {
            assertRefused("address", ServiceDefinition.of("type", "host").withEndpoint(new Endpoint(address, 80, false)));
        }
        assertRefused("metadata", ServiceDefinition.of("type", "host").withMetadata(Map.of("k", "x".repeat(65_536))));
        assertRefused("metadata", ServiceDefinition.of("type", "host").withMetadata(Map.of("k", "half \ud83d")));
        assertRefused("metadata", ServiceDefinition.of("type", "host").withMetadata(Map.of("half \ude00", "v")));
        assertTrue(scene.etcd.written().isEmpty());
        register("whole", Map.of("whole \ud83d\ude00", "whole \ud83d\ude00"));
    }

    @Test
    void aStatusAndAMaintenanceThatWouldNotCountAreRefused() {
        assertRefused("status", ServiceDefinition.of("type", "host").withStatus(Status.DOWN));
        assertRefused("maintenance", ServiceDefinition.of("type", "host").withMaintenance(Maintenance.of("disk")));
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void anIpv6AddressIsPublishedWithoutBrackets() {
        for (String address : List.of("[2001:db8::7]", "2001:db8::7")) {
            Registration service = registrar.register(ServiceDefinition.of("type", "host-" + address.length())
                    .withEndpoint(new Endpoint(address, 80, false)));
            scene.seconds(1);
            assertEquals(Optional.of(new Endpoint("2001:db8::7", 80, false)), service.record().endpoint());
        }
    }

    @Test
    void whatIsNotKeptAliveHasNoLease() {
        Registration open = register("first");
        Registration closed = register("second");
        Registration taken = register("third");
        stop(closed);
        scene.process(Scene.ID).register(ServiceDefinition.of("type", "third"));
        scene.seconds(1);
        assertEquals(RegistrationState.FENCED, taken.state());
        assertTrue(open.lease().isPresent());
        assertEquals(Optional.empty(), closed.lease());
        assertEquals(Optional.empty(), taken.lease());
        assertEquals(Optional.empty(), registrar.own().lease(), "the application is not registered");
    }

    private static void stop(Registration registration) {
        ((ServiceRegistration) registration).stop(Scene.STOP_TIMEOUT);
    }

    private void assertRefused(String field, ServiceDefinition service) {
        assertEquals(field, assertThrows(InvalidServiceException.class, () -> registrar.register(service)).field());
    }

    private Registration register(String host) {
        return register(host, Map.of());
    }

    private Registration register(String host, Map<String, String> metadata) {
        Registration registration = registrar.register(ServiceDefinition.of("type", host).withMetadata(metadata));
        assertEquals(RegistrationState.REGISTERED, registration.state());
        return registration;
    }

    @Test
    void aServiceThatIsClosedWhileEtcdIsAwayAsksLessAndLessAndSaysWhyItCannotBeRegistered() {
        Registration service = register("first");
        scene.etcd.be(FakeEtcd.Mode.DOWN);
        stop(service);
        scene.seconds(60);
        long before = scene.etcd.commits;
        scene.seconds(60);
        assertTrue(scene.etcd.commits - before <= 13, (scene.etcd.commits - before) + " in a minute");
        String refusal = assertThrows(ServiceConflictException.class,
                () -> registrar.register(ServiceDefinition.of("type", "first"))).getMessage();
        assertTrue(refusal.contains("was closed"), refusal);
        scene.etcd.be(FakeEtcd.Mode.ANSWERS);
        scene.seconds(6);
        register("first");
    }
}
