package io.quarkiverse.lively.runtime.stork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.smallrye.stork.api.ServiceInstance;

/** An instance keeps its id, also if a call that has found it comes between the list and the answer of another one. */
class CallsAtOnceTest {

    private final Map<String, ServiceRecord> fleet = new TreeMap<>();
    private final LivelyServiceDiscovery discovery = new LivelyServiceDiscovery(this::view,
            Offer.of("orders", new LivelyConfiguration()), Duration.ofSeconds(1),
            new SystemPlatform());
    /** Happens once, after a list was made and before it is looked at. */
    private Runnable meanwhile = () -> {
    };

    @Test
    void whatAnotherCallHasFoundIsNotForgotten() {
        register("u1", 9001);
        register("u2", 9002);
        assertEquals(2, ask().size());
        fleet.remove("u2");
        ServiceInstance[] found = new ServiceInstance[1];
        meanwhile = () -> {
            register("u3", 9003);
            found[0] = port(9003, ask());
        };
        assertEquals(List.of(9001), ask().stream().map(ServiceInstance::getPort).toList());
        assertSame(found[0], port(9003, ask()));
    }

    @Test
    void whatAnotherCallKnowsBetterIsNotReplaced() {
        register("u", 9001);
        ServiceInstance[] found = new ServiceInstance[1];
        meanwhile = () -> {
            register("u", 9002);
            found[0] = port(9002, ask());
        };
        List<ServiceInstance> answer = ask();
        assertSame(found[0], answer.get(0), "the later one is there to be offered");
        assertSame(found[0], ask().get(0));
    }

    @Test
    void whatIsGoneIsForgotten() {
        register("u1", 9001);
        register("u2", 9002);
        ServiceInstance before = port(9002, ask());
        fleet.remove("u2");
        assertEquals(1, ask().size());
        register("u2", 9002);
        assertNotSame(before, port(9002, ask()));
    }

    private List<ServiceInstance> ask() {
        return discovery.getServiceInstances().await().atMost(Duration.ofSeconds(1));
    }

    private static ServiceInstance port(int port, List<ServiceInstance> instances) {
        return instances.stream().filter(instance -> instance.getPort() == port).findFirst().orElseThrow();
    }

    private void register(String uuid, int port) {
        fleet.put(uuid, new ServiceRecord(uuid, "orders", uuid, "r", Status.UP, Optional.empty(),
                Optional.of(new Endpoint("10.0.0.1", port, false)), Map.of(), true, Liveness.UP, Reason.REGISTERED,
                Optional.empty(), 1));
    }

    /** A real one cannot be made to change at a given moment of a question. */
    private LivenessView view() {
        return (LivenessView) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { LivenessView.class },
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "freshness" ->
                        new Freshness(Freshness.State.CURRENT, 1, Optional.of(Instant.EPOCH), Optional.of(Duration.ZERO));
                    case "find" -> Optional.ofNullable(fleet.get(arguments[0]));
                    case "list" -> list((ServiceQuery) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private List<ServiceRecord> list(ServiceQuery query) {
        List<ServiceRecord> services = fleet.values().stream().filter(query::matches).toList();
        Runnable once = meanwhile;
        meanwhile = () -> {
        };
        once.run();
        return services;
    }
}
