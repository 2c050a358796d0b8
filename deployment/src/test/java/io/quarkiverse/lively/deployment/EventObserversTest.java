package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.ServiceAdded;
import io.quarkus.arc.Arc;
import io.quarkus.test.QuarkusUnitTest;

/**
 * Observers are told everything in order, both kinds of them, also when they throw, and when there is no second thread. They
 * alone start the view.
 */
@ExtendWith(RealEtcd.class)
class EventObserversTest {

    private static final int CHANGES = 20;

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, Observers.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.thread-pool.max-threads", "1")
            .overrideRuntimeConfigKey("quarkus.lively.registration.enabled", "false");

    @Inject
    Observers observers;

    @Test
    void allAreToldInOrder() {
        await().until(() -> observers.told.contains("async SNAPSHOT_END"));
        for (int i = 0; i < CHANGES; i++) {
            // A record of protobuf: its uuid (field 1) is "u".
            RealEtcd.keys().put("/services/by-uuid/u", "\n\u0001u");
        }
        await().until(() -> observers.told.size() == 2 * (CHANGES + 1));
        List<String> expected = new ArrayList<>(
                List.of("sync SNAPSHOT_END", "async SNAPSHOT_END", "sync ADDED", "async ADDED"));
        for (int i = 1; i < CHANGES; i++) {
            expected.addAll(List.of("sync CHANGED", "async CHANGED"));
        }
        assertEquals(expected, observers.told);
        assertEquals(List.of(true), observers.inRequest.stream().distinct().toList());
    }

    @Singleton
    static class Observers {

        final List<String> told = new CopyOnWriteArrayList<>();
        final List<Boolean> inRequest = new CopyOnWriteArrayList<>();

        void sync(@Observes LivenessEvent event) {
            told.add("sync " + event.kind());
            inRequest.add(Arc.container().requestContext().isActive());
            fail(event);
        }

        void async(@ObservesAsync LivenessEvent event) throws InterruptedException {
            // Longer than it takes until the next change.
            Thread.sleep(100);
            told.add("async " + event.kind());
            fail(event);
        }

        private void fail(LivenessEvent event) {
            if (event instanceof ServiceAdded) {
                throw new IllegalStateException("on purpose");
            }
            if (told.size() < 8) {
                throw new AssertionError("on purpose");
            }
        }
    }
}
