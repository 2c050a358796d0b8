package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/** An answer of the reactive registry that no thread takes fails as it is documented. */
class AnswerWithoutThreadTest {

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1));

    @BeforeEach
    void takesNoMore() {
        Infrastructure.setDefaultExecutor(pool);
        pool.shutdown();
    }

    @AfterEach
    void restore() {
        Infrastructure.setDefaultExecutor();
    }

    /** An answer that needs no etcd: a name that cannot exist. */
    @Test
    void failsAsDocumented() {
        CompletableFuture<Boolean> answer = new MutinyLivenessRegistry(new RegistryCalls(null, null, null, null, null, null),
                new SystemPlatform().pool())
                .isUp("").subscribeAsCompletionStage();
        Throwable failure = assertThrows(ExecutionException.class, () -> answer.get(5, TimeUnit.SECONDS)).getCause();
        assertEquals(RegistryUnavailableException.class, failure.getClass());
        assertTrue(failure.getMessage().contains("quarkus.thread-pool.queue-size"), failure.getMessage());
    }
}
