package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.LogRecord;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Transition;
import io.quarkus.test.QuarkusUnitTest;

/** An application hears what becomes of its registration, and has a word of its own in it. */
@ExtendWith(RealEtcd.class)
class RegistrationObserversTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(Observers.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .setLogRecordPredicate(line -> line.getThrown() != null && line.getMessage().startsWith("An observer failed"))
            .assertLogRecords(lines -> assertEquals(List.of(true), lines.stream().map(LogRecord::getThrown)
                    .map(RegistrationObserversTest::trace)
                    .map(trace -> trace.contains("at once, on purpose") && trace.contains("later, on purpose")).toList()));

    @Inject
    LivenessRegistry registry;

    @Inject
    Observers observers;

    @BeforeEach
    void registered() {
        awaitState(RegistrationState.REGISTERED);
        await().until(() -> observers.async.size() == observers.seen.size() && !observers.seen.isEmpty());
    }

    @Test
    void eachChangeIsObservedOnceAndInOrder() {
        int before = observers.seen.size();
        String uuid = registry.registration().record().uuid();
        registry.down(uuid, Maintenance.of("disk"));
        awaitState(RegistrationState.HELD_DOWN);
        registry.up(uuid);
        awaitState(RegistrationState.REGISTERED);
        await().until(() -> observers.async.size() == before + 2);
        List<RegistrationChange> seen = List.copyOf(observers.seen.subList(before, before + 2));
        assertEquals(List.of(RegistrationState.HELD_DOWN, RegistrationState.REGISTERED),
                seen.stream().map(RegistrationChange::current).toList());
        assertEquals(RegistrationState.REGISTERED, seen.get(0).previous());
        assertTrue(seen.get(0).reason().contains("disk"), seen.get(0).reason());
        assertEquals(seen, observers.async.subList(before, before + 2));
        assertEquals(RegistrationState.STARTING, observers.seen.get(0).previous(), "the first one is heard, too");
        assertFalse(observers.threads.stream().anyMatch(thread -> thread.startsWith("lively")), observers.threads.toString());
    }

    @Test
    void theApplicationTakesItselfOutAndComesBack() {
        Registration registration = registry.registration();
        registration.down("warming up");
        String uuid = registration.record().uuid();
        await().until(() -> registry.liveness(uuid).orElseThrow() == Liveness.DOWN);
        assertEquals(Reason.APPLICATION, registry.find(uuid).orElseThrow().reason());
        assertEquals("the application says DOWN: warming up", registration.reason());
        assertEquals(RegistrationState.REGISTERED, registration.state());
        registration.up();
        await().until(() -> registry.isUp(uuid));
        List<Transition> history = registry.history(uuid);
        assertEquals(List.of(Reason.APPLICATION, Reason.APPLICATION), history.subList(0, 2).stream().map(Transition::reason)
                .toList());
        assertThrows(NullPointerException.class, () -> registration.down(null));
    }

    @Test
    void anAbandonedServiceExpiresAtOnce() {
        Registration further = registry.register(ServiceDefinition.of("worker", "abandoned"));
        await().until(() -> further.state() == RegistrationState.REGISTERED);
        further.abandon();
        ServiceRecord left = registry.find("worker", "abandoned").orElseThrow();
        assertEquals(Liveness.EXPIRED, left.liveness());
        assertFalse(left.owned());
        assertEquals(RegistrationState.STOPPED, further.state());
        further.close();
        assertEquals(Liveness.EXPIRED, registry.liveness(left.uuid()).orElseThrow(), "closing says nothing any more");
    }

    private static String trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private void awaitState(RegistrationState state) {
        await().until(() -> registry.registration().state() == state);
    }

    @Singleton
    static class Observers {

        final List<RegistrationChange> seen = new CopyOnWriteArrayList<>();
        final List<RegistrationChange> async = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();
        private boolean failed;
        private boolean failedLater;

        void changed(@Observes RegistrationChange change) {
            seen.add(change);
            threads.add(Thread.currentThread().getName());
            if (!failed) {
                failed = true;
                throw new IllegalStateException("at once, on purpose");
            }
        }

        void changedAsync(@ObservesAsync RegistrationChange change) {
            async.add(change);
            if (!failedLater) {
                failedLater = true;
                throw new IllegalStateException("later, on purpose");
            }
        }
    }
}
