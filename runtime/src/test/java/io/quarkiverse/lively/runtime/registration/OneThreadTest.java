package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.LivelySettings;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

/** All of Lively lives in the thread and the time of a test, from its start to its end. */
class OneThreadTest {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private final FakeWorker worker = new FakeWorker();
    private final FakePlatform platform = new FakePlatform(worker);
    private final FakeEtcd etcd = new FakeEtcd(worker);
    private final LivelySettings settings = Configured.nothing().with("service.host", "host1")
            .with("shutdown.timeout", "2S").settings();
    private final List<RegistrationState> states = new ArrayList<>();

    @Test
    void registersAnswersAndEnds() {
        Lively lively = started(Optional.empty());
        assertEquals(RegistrationState.REGISTERED, lively.registrar().own().state());
        String uuid = lively.registrar().own().record().uuid();
        assertEquals(Optional.of(Liveness.UP), lively.calls().liveness(uuid).join());
        lively.calls().down(uuid, Maintenance.of("a new disk")).join();
        assertEquals(RegistrationState.HELD_DOWN, lively.registrar().own().state());
        lively.calls().up(uuid).join();
        assertEquals(RegistrationState.REGISTERED, lively.registrar().own().state());

        assertEquals(Optional.empty(), lively.stopping(false).join());
        assertEquals(RegistrationState.STOPPED, lively.registrar().own().state());
        assertTrue(lively.closing().isDone());
        assertTrue(etcd.leases().isEmpty());
        assertEquals(List.of(RegistrationState.REGISTERED, RegistrationState.HELD_DOWN, RegistrationState.REGISTERED,
                RegistrationState.STOPPED), states);
    }

    @Test
    void anEtcdThatHangsDelaysTheEndByTheTimeForTheShutdown() {
        Lively lively = started(Optional.empty());
        etcd.be(FakeEtcd.Mode.FROZEN);
        CompletableFuture<Optional<Inheritance>> stopped = lively.stopping(false);
        worker.pass(Duration.ofMillis(500));
        assertFalse(stopped.isDone());
        worker.pass(STOP_TIMEOUT.minusMillis(500));
        assertEquals(Optional.empty(), stopped.join());
        // Nothing of the time is left.
        CompletableFuture<Void> closed = lively.closing();
        worker.pass(Duration.ZERO);
        assertTrue(closed.isDone());
    }

    @Test
    void theNextStartGoesOnWithTheRegistration() {
        Lively first = started(Optional.empty());
        long token = first.registrar().own().fencingToken().orElseThrow();
        Optional<Inheritance> left = first.stopping(true).join();
        assertTrue(left.isPresent());
        assertTrue(first.closing().isDone());
        etcd.be(FakeEtcd.Mode.ANSWERS);
        Lively next = started(left);
        assertEquals(RegistrationState.REGISTERED, next.registrar().own().state());
        assertEquals(token, next.registrar().own().fencingToken().orElseThrow());
    }

    @Test
    void aFurtherServiceClosesWithoutBlocking() {
        Lively lively = started(Optional.empty());
        ServiceRegistration further = lively.calls().register(ServiceDefinition.of("queue", "q1"));
        assertTrue(further.closing().isDone());
        assertEquals(RegistrationState.STOPPED, further.state());

        ServiceRegistration another = lively.calls().register(ServiceDefinition.of("queue", "q2"));
        etcd.be(FakeEtcd.Mode.FROZEN);
        CompletableFuture<Void> abandoned = another.abandoning();
        worker.pass(STOP_TIMEOUT.minusMillis(1));
        assertFalse(abandoned.isDone());
        worker.pass(Duration.ofMillis(1));
        assertTrue(abandoned.isDone());
        assertFalse(abandoned.isCompletedExceptionally());
        assertTrue(another.fencingToken().isEmpty());
    }

    private Lively started(Optional<Inheritance> inheritance) {
        Lively lively = new Lively(settings, platform,
                EtcdConnection.of(generation -> etcd, settings.etcd(), platform), inheritance,
                change -> states.add(change.current()), Optional.empty(), CallTracing.NONE, LivelyMetrics.NONE);
        lively.start();
        lively.serve(Optional.empty());
        return lively;
    }
}
