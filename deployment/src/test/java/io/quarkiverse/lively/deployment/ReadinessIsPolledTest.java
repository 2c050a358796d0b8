package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.Status;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;

@ExtendWith(RealEtcd.class)
class ReadinessIsPolledTest {

    private static final String READY = "The application is ready";
    private static final String NOT_READY = "The application is not ready: ";
    private static final String SILENCE = "Readiness cannot be told, so what is published stays: "
            + "the readiness checks did not answer within 1 s";
    private static final String AGAIN = "The readiness checks answer again";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Database.class, Queue.class, RequestData.class, Mode.class,
                    ReadinessLog.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.health.timeout", "1S");

    @Inject
    ReadinessLog log;

    @Inject
    LivenessRegistry registry;

    @BeforeEach
    void ready() {
        await().until(() -> log.endsWith(READY) || log.endsWith(AGAIN));
    }

    /** Awaitility waits for 10 s at most, unless told otherwise. */
    @Test
    void isQuickUnlessConfigured() {
        Database.mode = Mode.DOWN;
        awaitPublished(Status.DOWN);
        Database.mode = Mode.UP;
        await().atMost(Duration.ofSeconds(3)).until(() -> registry.isUp(registry.registration().record().uuid()));
    }

    @Test
    void aCheckThatIsDown() {
        Database.mode = Mode.DOWN;
        await().until(() -> log.endsWith(NOT_READY + "the readiness check 'database' is DOWN"));
        awaitPublished(Status.DOWN);
        assertEquals(RegistrationState.REGISTERED, registry.registration().state());
        Database.mode = Mode.UP;
        await().until(() -> log.endsWith(READY));
        awaitPublished(Status.UP);
    }

    @Test
    void aReactiveCheckThatIsDown() {
        Queue.up = false;
        await().until(() -> log.endsWith(NOT_READY + "the readiness check 'queue' is DOWN"));
        awaitPublished(Status.DOWN);
        Queue.up = true;
        await().until(() -> log.endsWith(READY));
        awaitPublished(Status.UP);
    }

    @Test
    void aCheckThatThrows() {
        Database.mode = Mode.THROWING;
        await().until(() -> log.endsWith(NOT_READY + "the readiness check '" + Database.class.getName() + "' is DOWN"));
        awaitPublished(Status.DOWN);
        Database.mode = Mode.UP;
        await().until(() -> log.endsWith(READY));
        awaitPublished(Status.UP);
    }

    @Test
    void aCheckThatHangs() throws InterruptedException {
        int before = log.messages().size();
        Database.mode = Mode.HANGING;
        await().until(() -> log.endsWith(SILENCE));
        awaitPublished(Status.UP);
        int calls = Database.calls.get();

        Thread.sleep(1000);

        assertTrue(Database.calls.get() <= calls + 2, "does not block one thread after another");
        Database.mode = Mode.UP;
        Database.released.countDown();
        await().until(() -> log.endsWith(AGAIN));
        assertEquals(List.of(SILENCE, AGAIN), log.messages().subList(before, log.messages().size()));
    }

    @Test
    void checksRunWhereTheyMay() {
        assertFalse(Database.onEventLoop, "a check that may block");
        assertFalse(Database.thread.startsWith("lively"), Database.thread);
        assertTrue(Queue.contextIsSafe, "what a reactive check uses may insist on a context of its own");
    }

    /** In etcd, and because of its health as soon as that has ever changed. */
    private void awaitPublished(Status status) {
        String uuid = registry.registration().record().uuid();
        await().until(() -> registry.find(uuid).filter(service -> service.status() == status
                && (status == Status.UP || service.reason() == Reason.HEALTH)).isPresent());
    }

    enum Mode {
        UP,
        DOWN,
        THROWING,
        HANGING
    }

    @Readiness
    @ApplicationScoped
    static class Database implements HealthCheck {

        static final AtomicInteger calls = new AtomicInteger();
        static final CountDownLatch released = new CountDownLatch(1);
        static volatile Mode mode = Mode.UP;
        static volatile boolean onEventLoop;
        static volatile String thread;

        @Inject
        RequestData request;

        @Override
        public HealthCheckResponse call() {
            calls.incrementAndGet();
            request.use();
            onEventLoop |= Context.isOnEventLoopThread();
            thread = Thread.currentThread().getName();
            switch (mode) {
                case THROWING -> throw new IllegalStateException("no connection");
                case HANGING -> awaitRelease();
                default -> {
                }
            }
            return HealthCheckResponse.named("database").status(mode != Mode.DOWN).build();
        }

        private void awaitRelease() {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Readiness
    @ApplicationScoped
    static class Queue implements AsyncHealthCheck {

        static volatile boolean up = true;
        static volatile boolean contextIsSafe;

        @Inject
        RequestData request;

        @Override
        public Uni<HealthCheckResponse> call() {
            request.use();
            VertxContextSafetyToggle.validateContextIfExists("unsafe", "unsafe");
            contextIsSafe = true;
            return Uni.createFrom().item(() -> HealthCheckResponse.named("queue").status(up).build())
                    .onItem().delayIt().by(Duration.ofMillis(10))
                    .invoke(request::use);
        }
    }

    /** Can be used in an active request only. */
    @RequestScoped
    static class RequestData {

        void use() {
        }
    }
}
