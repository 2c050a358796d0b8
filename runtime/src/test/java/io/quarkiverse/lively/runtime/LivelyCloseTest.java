package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.NeedsProgram;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;

@NeedsProgram("etcd")
class LivelyCloseTest {

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
            assertTrue(Duration.ofNanos(System.nanoTime() - started).compareTo(Duration.ofSeconds(1)) < 0);
            subscriber.awaitCompletion(Duration.ofSeconds(1));
            assertEquals(0, Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("lively-view") && thread.isAlive()
                            && !thread.isInterrupted())
                    .count());
        }
    }
}
