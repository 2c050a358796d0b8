package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.stork.Stork;
import io.smallrye.stork.api.NoServiceInstanceFoundException;

/** As long as nothing is known of the fleet, a call waits for it, but not for ever. */
class StorkWithoutEtcdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = WithStork.application()
            .overrideConfigKey("quarkus.lively.etcd.endpoints", "http://127.0.0.1:1")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.connect-timeout", "500MS")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.request-timeout", "500MS")
            .overrideRuntimeConfigKey("quarkus.stork.worker.service-discovery.type", "lively");

    @Test
    void aCallFailsInTimeAndSaysWhy() {
        long start = System.nanoTime();
        NoServiceInstanceFoundException failure = assertThrows(NoServiceInstanceFoundException.class,
                () -> Stork.getInstance().getService("worker").selectInstance().await().atMost(Duration.ofSeconds(10)));
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("a call through Stork without etcd fails after %d ms (promised: %d ms)%n", waited.toMillis(),
                PATIENCE.toMillis());
        assertTrue(waited.compareTo(PATIENCE) >= 0 && waited.compareTo(PATIENCE.plusSeconds(2)) < 0, waited.toString());
        assertTrue(failure.getMessage().contains("'worker'") && failure.getMessage().contains("quarkus.lively.etcd.endpoints"),
                failure.getMessage());
    }
}
