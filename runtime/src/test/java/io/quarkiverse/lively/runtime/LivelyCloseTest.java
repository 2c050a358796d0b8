package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;

@NeedsProgram("etcd")
@Isolated
class LivelyCloseTest {

    /** For the view; for etcd no time is left. */
    private static final Duration MOST = Duration.ofSeconds(1);

    /** The time for the shutdown is for etcd. The view needs none of it to end. */
    @Test
    void theViewEndsAlsoWhenAnEtcdThatHangsHasUsedUpTheTime() {
        try (EtcdServer server = EtcdServer.started()) {
            Lively lively = Configured.nothing().with("etcd.endpoints", server.url())
                    .with("shutdown.timeout", "500MS").lively();
            lively.start();
            lively.serve(Optional.empty());
            AssertSubscriber<LivenessEvent> subscriber = lively.view().watch(ServiceQuery.all()).subscribe()
                    .withSubscriber(AssertSubscriber.create(10));
            Awaitility.await().until(() -> lively.registry().registration().state() == RegistrationState.REGISTERED);
            server.freeze();
            lively.stop();
            long started = System.nanoTime();
            lively.close();
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            System.out.println("It took " + took.toMillis() + " ms to close with an etcd that hangs");
            assertTrue(took.compareTo(MOST.plusSeconds(2)) < 0, took.toString());
            subscriber.awaitCompletion(Duration.ofSeconds(10));
            Awaitility.await().until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("lively-view")));
        }
    }
}
