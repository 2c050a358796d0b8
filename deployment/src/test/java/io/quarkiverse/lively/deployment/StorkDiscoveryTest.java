package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivelyMetadataKey;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkus.arc.Arc;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.stork.Stork;
import io.smallrye.stork.api.NoServiceInstanceFoundException;
import io.smallrye.stork.api.Service;
import io.smallrye.stork.api.ServiceInstance;

/** Stork is offered the services that are UP and can be called, and hears of changes as soon as the view does. */
@ExtendWith(RealEtcd.class)
@TestMethodOrder(OrderAnnotation.class)
class StorkDiscoveryTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithStork.application()
            .overrideRuntimeConfigKey("quarkus.lively.view.progress-interval", "200MS")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.request-timeout", "1S")
            .overrideRuntimeConfigKey("quarkus.stork.worker.service-discovery.type", "lively")
            .overrideRuntimeConfigKey("quarkus.stork.chosen.service-discovery.type", "lively")
            .overrideRuntimeConfigKey("quarkus.stork.chosen.service-discovery.service-type", "worker")
            .overrideRuntimeConfigKey("quarkus.stork.chosen.service-discovery.region", "west, south")
            .overrideRuntimeConfigKey("quarkus.stork.chosen.service-discovery.metadata", "zone=a, tier=gold");

    @Inject
    LivenessRegistry registry;

    private final List<Registration> registrations = new ArrayList<>();

    @AfterEach
    void close() {
        registrations.forEach(Registration::close);
        await().atMost(SOON).until(() -> ports("worker").isEmpty());
    }

    /** Before anybody has asked Stork, which would start it, too. */
    @Test
    @Order(0)
    void theViewRunsFromTheStart() {
        await().atMost(SOON).until(() -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("lively-view")));
    }

    @Test
    void anInstanceIsWhatTheServiceSaysOfItself() {
        Registration worker = register("h1", "west", Map.of("zone", "a"), new Endpoint("10.0.0.1", 9001, true));
        awaitPorts("worker", 9001);
        ServiceInstance instance = instances("worker").get(0);
        assertEquals("10.0.0.1", instance.getHost());
        assertTrue(instance.isSecure());
        assertEquals(Map.of("zone", "a"), instance.getLabels());
        assertEquals(Map.of(LivelyMetadataKey.UUID, worker.record().uuid(), LivelyMetadataKey.TYPE, "worker",
                LivelyMetadataKey.HOST, "h1", LivelyMetadataKey.REGION, "west"), instance.getMetadata().getMetadata());
    }

    @Test
    void onlyTheOnesThatAreUpAndCanBeCalled() {
        register("h1", "west", Map.of(), endpoint(9001));
        Registration second = register("h2", "west", Map.of(), endpoint(9002));
        Registration silent = registry.register(ServiceDefinition.of("worker", "h3"));
        registrations.add(silent);
        awaitRegistered(silent);
        awaitPorts("worker", 9001, 9002);

        registry.down(second.record().uuid());
        awaitPorts("worker", 9001);
        registry.up(second.record().uuid());
        awaitPorts("worker", 9001, 9002);
        second.close();
        awaitPorts("worker", 9001);
    }

    @Test
    void byRegionAndMetadata() {
        register("h1", "west", Map.of("zone", "a", "tier", "gold", "more", "x"), endpoint(9001));
        register("h2", "south", Map.of("zone", "a", "tier", "gold"), endpoint(9002));
        register("h3", "east", Map.of("zone", "a", "tier", "gold"), endpoint(9003));
        register("h4", "west", Map.of("zone", "b", "tier", "gold"), endpoint(9004));
        register("h5", "west", Map.of("zone", "a"), endpoint(9005));
        awaitPorts("worker", 9001, 9002, 9003, 9004, 9005);
        assertEquals(Set.of(9001, 9002), ports("chosen"));
    }

    @Test
    void eachHasAnIdOfItsOwnThatStays() {
        register("h1", "west", Map.of(), endpoint(9001));
        Registration second = register("h2", "west", Map.of(), endpoint(9002));
        awaitPorts("worker", 9001, 9002);
        ServiceInstance before = byPort(9001);
        assertNotEquals(before.getId(), byPort(9002).getId());

        assertEquals(Map.of(9001, 3L, 9002, 3L),
                Stream.generate(() -> service("worker").selectInstance().await().atMost(SOON)).limit(6)
                        .collect(Collectors.groupingBy(ServiceInstance::getPort, Collectors.counting())));
        second.close();
        awaitPorts("worker", 9001);
        assertSame(before, byPort(9001));
    }

    @Test
    void withNoneStorkSaysSo() {
        assertThrows(NoServiceInstanceFoundException.class, () -> service("worker").selectInstance().await().atMost(SOON));
    }

    @Test
    void withoutEtcdTheLastKnownStay() {
        register("h1", "west", Map.of(), endpoint(9001));
        awaitPorts("worker", 9001);
        RealEtcd.freeze();
        try {
            await().atMost(SOON).until(() -> view().freshness().state() == Freshness.State.STALE);
            assertEquals(Set.of(9001), ports("worker"));
        } finally {
            RealEtcd.thaw();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> view().freshness().state() == Freshness.State.CURRENT);
        assertFalse(ports("worker").isEmpty());
    }

    private Registration register(String host, String region, Map<String, String> metadata, Endpoint endpoint) {
        Registration registration = registry
                .register(ServiceDefinition.of("worker", host).withRegion(region).withMetadata(metadata)
                        .withEndpoint(endpoint));
        registrations.add(registration);
        awaitRegistered(registration);
        return registration;
    }

    private static void awaitRegistered(Registration registration) {
        await().atMost(Duration.ofSeconds(10)).until(() -> registration.state() == RegistrationState.REGISTERED);
    }

    private static void awaitPorts(String service, Integer... ports) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> ports(service).equals(Set.of(ports)));
    }

    private static Set<Integer> ports(String service) {
        return instances(service).stream().map(ServiceInstance::getPort).collect(Collectors.toSet());
    }

    private static ServiceInstance byPort(int port) {
        return instances("worker").stream().filter(instance -> instance.getPort() == port).findFirst().orElseThrow();
    }

    private static List<ServiceInstance> instances(String service) {
        return service(service).getInstances().await().atMost(SOON);
    }

    private static Service service(String name) {
        return Stork.getInstance().getService(name);
    }

    /** Not injected: that would start it, too. */
    private static LivenessView view() {
        return Arc.container().instance(LivenessView.class).get();
    }

    private static Endpoint endpoint(int port) {
        return new Endpoint("10.0.0.1", port, false);
    }
}
